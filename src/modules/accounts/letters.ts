import { z } from 'zod';
import type { Addressee } from './link-store.js';

/** What the queue holds for each letter to the owner of an account. No address and no token is among it. */
export const accountLetterSchemas = {
  // As an event it is a request for an address that may be nobody's; as a delivery it is the link of its owner.
  'account.password-reset': z.union([
    z.object({ sealedAddress: z.string() }),
    z.object({ linkId: z.guid() }),
  ]),
  'account.email-verification': z.object({ linkId: z.guid() }),
  'account.password-changed': z.object({}),
} as const;

/** The letters. */
export type AccountLetter = keyof typeof accountLetterSchemas;

/** A letter that carries a link, and the path of the page of the application that takes its token. */
export const linkLetters = {
  'account.password-reset': { kind: 'PASSWORD_RESET', path: 'reset-password' },
  'account.email-verification': { kind: 'EMAIL_VERIFICATION', path: 'verify-email' },
} as const;

interface Words {
  readonly title: string;
  readonly body: string;
}

const words: Readonly<Record<AccountLetter, Readonly<Record<'uk' | 'en', (where: string) => Words>>>> = {
  'account.password-reset': {
    uk: (where) => ({
      title: 'Новий пароль',
      body: `Хтось попросив змінити пароль вашого облікового запису. Якщо це ви, скористайтеся протягом 30 хвилин:\n\n${where}\n\nЯкщо це не ви, нічого не робіть: пароль лишається чинним.`,
    }),
    en: (where) => ({
      title: 'A new password',
      body: `Somebody asked for a new password for your account. If it was you, use this within 30 minutes:\n\n${where}\n\nIf it was not you, do nothing: your password stays as it is.`,
    }),
  },
  'account.email-verification': {
    uk: (where) => ({
      title: 'Підтвердьте свою адресу',
      body: `Щоб підтвердити, що ця адреса ваша, скористайтеся протягом 24 годин:\n\n${where}`,
    }),
    en: (where) => ({
      title: 'Confirm your address',
      body: `To confirm that this address is yours, use this within 24 hours:\n\n${where}`,
    }),
  },
  'account.password-changed': {
    uk: () => ({
      title: 'Ваш пароль змінено',
      body: 'Усі пристрої вийшли з облікового запису. Якщо це були не ви, попросіть новий пароль і напишіть школі.',
    }),
    en: () => ({
      title: 'Your password was changed',
      body: 'All devices were signed out. If it was not you, ask for a new password and write to the school.',
    }),
  },
};

/** The words of a letter in the language of its reader; `where` is the link, or the code where no address is set. */
export function wordsOf(letter: AccountLetter, where: string, { locale }: Addressee): Words {
  return words[letter][/^uk\b/i.test(locale) ? 'uk' : 'en'](where);
}
