import type { ErrorGroup } from './definition.js';

export const notificationErrors = {
  NOTIFICATION_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such notification.',
    uk: 'Такого сповіщення немає.',
  },
  WEBHOOK_ENDPOINT_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such webhook endpoint.',
    uk: 'Такої адреси для вебхуків немає.',
  },
  DEAD_LETTER_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such dead letter.',
    uk: 'Такого недоставленого сповіщення немає.',
  },
} as const satisfies ErrorGroup;
