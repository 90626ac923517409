import type { Text } from './event-types/definition.js';
import { languageOf } from './language.js';

/** Whom a mail is written to, and for which school. */
export interface Addressee {
  readonly displayName: string;
  readonly locale: string;
  readonly organizationName: string;
}

/** The parts of a mail. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const phrases = {
  uk: {
    greeting: (name: string) => `Добрий день, ${name}!`,
    footer: (school: string) => `Ви отримали цей лист, бо навчаєтеся або викладаєте у школі «${school}».`,
  },
  en: {
    greeting: (name: string) => `Hello ${name},`,
    footer: (school: string) => `You receive this e-mail because you learn or teach at ${school}.`,
  },
} as const;

/** The mail that tells someone of a notification, in their language; the same in plain text and in HTML. */
export function mailTextOf(
  { title, body }: Text,
  { displayName, locale, organizationName }: Addressee,
): MailText {
  const language = languageOf(locale);
  const greeting = phrases[language].greeting(displayName);
  const footer = phrases[language].footer(organizationName);
  return {
    subject: title,
    text: `${[greeting, title, body, `-- \n${footer}`].filter((part) => part !== '').join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 1.5em auto; padding: 0 1em">
<p>${escaped(greeting)}</p>
<h1 style="font-size: 1.25em">${escaped(title)}</h1>
<p style="white-space: pre-line">${escaped(body)}</p>
<p style="color: #666; font-size: 0.875em">${escaped(footer)}</p>
</body>
</html>
`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names, titles and reasons are what people typed: none of it may be taken as markup. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}
