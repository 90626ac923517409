/** What the places of a template stand for: a text, or a section that comes once for each of its parts. */
export interface Values {
  readonly [name: string]: string | readonly Values[];
}

const places = /\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\1\}\}|\{\{(\w+)\}\}/g;

/**
 * Fills `{{name}}` with escaped text and `{{#name}}…{{/name}}` with its parts. Whatever a text holds stays text: it is
 * neither markup nor a place to be filled.
 */
export function fill(template: string, values: Values): string {
  return template.replaceAll(places, (_all, section: string | undefined, inner: string, name: string) => {
    const value = values[section ?? name];
    if (value === undefined) throw new Error(`The template asks for ${section ?? name}.`);
    if (typeof value === 'string') return escaped(value);
    return value.map((part) => fill(inner, part)).join('');
  });
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}
