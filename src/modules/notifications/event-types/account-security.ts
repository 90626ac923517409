import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { eventType, userOf } from './definition.js';

/** Somebody signed in from a device that the owner of the account had never used. */
export const newSignIn = eventType({
  critical: true,
  confidential: true,
  payload: z.object({ signInId: z.guid(), browser: z.string().nullable(), at: z.iso.datetime() }),
  data: z.object({ browser: z.string().nullable(), at: z.string() }),
  async expand(_on, cause) {
    const userId = userOf(cause);
    const { signInId, browser, at } = cause.payload;
    return {
      kind: 'tell',
      sourceKey: `account.new_sign_in:${signInId}`,
      subject: encodeId('user', userId),
      recipients: [{ userId, data: { browser, at } }],
    };
  },
  // It stays true, and whoever read it in the application may not have been the owner.
  obsolete: async () => null,
  text: {
    uk: ({ browser, at }, formats) => ({
      title: 'Вхід із нового пристрою',
      body: `${browser ?? 'Невідомий пристрій'}, ${formats.period(at, at)}. Якщо це були не ви, змініть пароль: усі пристрої вийдуть.`,
    }),
    en: ({ browser, at }, formats) => ({
      title: 'A sign-in from a new device',
      body: `${browser ?? 'An unknown device'}, ${formats.period(at, at)}. If it was not you, change your password: that signs out every device.`,
    }),
  },
});

/** The password of an account was changed, or set anew by a mailed link. */
export const passwordChanged = eventType({
  critical: true,
  confidential: true,
  payload: z.object({ changeId: z.guid(), at: z.iso.datetime() }),
  data: z.object({ at: z.string() }),
  async expand(_on, cause) {
    const userId = userOf(cause);
    const { changeId, at } = cause.payload;
    return {
      kind: 'tell',
      sourceKey: `account.password_changed:${changeId}`,
      subject: encodeId('user', userId),
      recipients: [{ userId, data: { at } }],
    };
  },
  obsolete: async () => null,
  text: {
    uk: ({ at }, formats) => ({
      title: 'Ваш пароль змінено',
      body: `${formats.period(at, at)}. Усі пристрої вийшли з облікового запису. Якщо це були не ви, попросіть новий пароль і напишіть школі.`,
    }),
    en: ({ at }, formats) => ({
      title: 'Your password was changed',
      body: `${formats.period(at, at)}. All devices were signed out. If it was not you, ask for a new password and write to the school.`,
    }),
  },
});
