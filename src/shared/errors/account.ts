import type { ErrorGroup } from './definition.js';

export const accountErrors = {
  INVALID_CREDENTIALS: {
    status: 401,
    retry: 'NO',
    en: 'The e-mail address or the password is wrong.',
    uk: 'Неправильна адреса електронної пошти або пароль.',
  },
  SESSION_EXPIRED: {
    status: 401,
    socket: 4403,
    retry: 'REFRESHED',
    en: 'The session has ended; sign in again.',
    uk: 'Сеанс завершено; увійдіть знову.',
  },
  EMAIL_TAKEN: {
    status: 409,
    retry: 'NO',
    en: 'There is already an account with this e-mail address.',
    uk: 'Обліковий запис із цією адресою електронної пошти вже існує.',
    example: { fields: { 'input.email': [{ rule: 'HAS_ACCOUNT' }] } },
  },
  LINK_EXPIRED: {
    status: 410,
    retry: 'NO',
    en: 'The link was used or has expired; ask for a new one.',
    uk: 'Посилання вже використано або його строк минув; попросіть нове.',
    example: { fields: { 'input.token': [{ rule: 'LINK_NOT_VALID' }] } },
  },
  USER_NOT_FOUND: { status: 404, retry: 'NO', en: 'There is no such user.', uk: 'Такого користувача немає.' },
  INVITATION_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such invitation.',
    uk: 'Такого запрошення немає.',
  },
  SESSION_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such session.',
    uk: 'Такого сеансу немає.',
  },
  EXPORT_TOO_LARGE: {
    status: 413,
    retry: 'NO',
    en: 'There is too much for one answer; ask the school for your data.',
    uk: 'Даних забагато для однієї відповіді; зверніться по них до школи.',
  },
} as const satisfies ErrorGroup;
