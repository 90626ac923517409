import type { Text } from './event-types/definition.js';
import { type Language, languageOf } from './language.js';
import { fill } from './mail/fill.js';
import { notificationTemplate } from './mail/template.js';

/** Whom a mail is written to, and for which school. */
export interface Addressee {
  /** Null: it is greeted without a name. */
  readonly displayName: string | null;
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
    greeting: (name: string | null) => (name === null ? 'Добрий день!' : `Добрий день, ${name}!`),
    footer: (school: string) => `Ви отримали цей лист, бо навчаєтеся або викладаєте у школі «${school}».`,
    unsubscribe: 'Більше не надсилати таких листів',
    digest: (count: number) => `Ваші сповіщення: ${count}`,
  },
  en: {
    greeting: (name: string | null) => (name === null ? 'Hello,' : `Hello ${name},`),
    footer: (school: string) => `You receive this e-mail because you learn or teach at ${school}.`,
    unsubscribe: 'Send me no more of these e-mails',
    digest: (count: number) => (count === 1 ? 'Your notification' : `Your ${count} notifications`),
  },
} as const satisfies Record<Language, unknown>;

/**
 * The mail that tells someone of a notification, in their language; the same in plain text and in HTML. The link to
 * unsubscribe is left out when there is none.
 */
export function mailTextOf(text: Text, addressee: Addressee, unsubscribeUrl: string | null = null): MailText {
  return compose(text.title, [text], addressee, unsubscribeUrl);
}

/** The mail that tells someone of several notifications at once. */
export function digestTextOf(
  entries: readonly Text[],
  addressee: Addressee,
  unsubscribeUrl: string | null,
): MailText {
  const subject = phrases[languageOf(addressee.locale)].digest(entries.length);
  return compose(subject, entries, addressee, unsubscribeUrl);
}

function compose(
  subject: string,
  entries: readonly Text[],
  { displayName, locale, organizationName }: Addressee,
  unsubscribeUrl: string | null,
): MailText {
  const lang = languageOf(locale);
  const { unsubscribe, ...phrase } = phrases[lang];
  const greeting = phrase.greeting(displayName);
  const footer = phrase.footer(organizationName);
  const signature = ['-- ', footer, ...(unsubscribeUrl ? [`${unsubscribe}: ${unsubscribeUrl}`] : [])];
  const parts = [greeting, ...entries.flatMap(({ title, body }) => [title, body]), signature.join('\n')];
  const [first] = entries;
  return {
    subject,
    text: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
    html: fill(notificationTemplate, {
      ...{ lang, subject, greeting, footer },
      preview: (entries.length === 1 ? first?.body : entries.map(({ title }) => title).join(' · ')) ?? '',
      school: organizationName,
      items: entries.map(({ title, body }) => ({ title, body })),
      unsubscribe: unsubscribeUrl ? [{ url: unsubscribeUrl, label: unsubscribe }] : [],
    }),
  };
}
