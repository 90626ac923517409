import type { defaultLanguage, Language } from '../language.js';

/** A text in every language. `{name}` stands for a value, such as a limit; all languages have the same ones. */
export type Wording = Readonly<Record<Language, string>>;

/** Texts that belong together. */
export type WordingGroup = Readonly<Record<string, Wording>>;

/** The names in a text, such as `min` and `max` of `must be {min} to {max}`. */
export type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** A value for each name in a text. */
export type ValuesOf<Words extends Wording> = {
  readonly [Name in NamesIn<Words[typeof defaultLanguage]>]: string | number;
};

/** The text in a language, with its values. */
export function worded(wording: Wording, language: Language, values: object = {}): string {
  return wording[language].replace(/\{(\w+)\}/g, (_all, name: string) =>
    String((values as Record<string, unknown>)[name] ?? ''),
  );
}
