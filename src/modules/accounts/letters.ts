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
  'account.invitation': z.object({ invitationId: z.guid() }),
} as const;

/** The letters as the queue knows them. */
export type AccountLetter = keyof typeof accountLetterSchemas;
/** What there are words for: who signs up with another's address has a letter to them, not the one that was asked for. */
type Wording = AccountLetter | 'account.address-in-use';

/** A letter that carries a link, and the path of the page of the application that takes its token. */
export const linkLetters = {
  'account.password-reset': { kind: 'PASSWORD_RESET', path: 'reset-password' },
  'account.email-verification': { kind: 'EMAIL_VERIFICATION', path: 'verify-email' },
  'account.invitation': { kind: 'INVITATION', path: 'join' },
} as const;

interface Words {
  readonly title: string;
  readonly body: string;
}

const words: Readonly<
  Record<Wording, Readonly<Record<'uk' | 'en', (where: string, school: string) => Words>>>
> = {
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
      body: `З цією адресою створено обліковий запис. Якщо це зробили ви, підтвердьте протягом 24 годин, що адреса ваша:\n\n${where}\n\nЯкщо це не ви, нічого не робіть.`,
    }),
    en: (where) => ({
      title: 'Confirm your address',
      body: `An account was made with this address. If it was you, confirm within 24 hours that the address is yours:\n\n${where}\n\nIf it was not you, do nothing.`,
    }),
  },
  'account.address-in-use': {
    uk: () => ({
      title: 'Хтось скористався вашою адресою',
      body: 'З вашою адресою створено ще один обліковий запис. Він не пов’язаний із вашим і не отримує ваших листів. Якщо це були ви, увійдіть зі своїм паролем або попросіть новий. Якщо це не ви, нічого не робіть: чужий запис ніхто не підтвердить.',
    }),
    en: () => ({
      title: 'Somebody used your address',
      body: 'Another account was made with your address. It has nothing to do with yours and gets none of your mail. If it was you, sign in with the password that you have, or ask for a new one. If it was not you, do nothing: nobody can confirm that account.',
    }),
  },
  'account.invitation': {
    uk: (where, school) => ({
      title: `Запрошення до школи «${school}»`,
      body: `Вас запросили до школи «${school}». Щоб приєднатися, створіть обліковий запис протягом 7 днів:\n\n${where}\n\nЯкщо ви не знаєте цієї школи, нічого не робіть.`,
    }),
    en: (where, school) => ({
      title: `An invitation to ${school}`,
      body: `You are invited to join ${school}. To do so, make an account within 7 days:\n\n${where}\n\nIf you do not know this school, do nothing.`,
    }),
  },
};

/** The words of a letter in the language of its reader; `where` is the link, or the code where no address is set. */
export function wordsOf(letter: Wording, where: string, { locale, organizationName }: Addressee): Words {
  return words[letter][/^uk\b/i.test(locale) ? 'uk' : 'en'](where, organizationName);
}
