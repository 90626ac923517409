import type { ErrorGroup } from './definition.js';

export const chatErrors = {
  ROOM_NOT_FOUND: { status: 404, retry: 'NO', en: 'There is no such room.', uk: 'Такої кімнати немає.' },
  MESSAGE_NOT_FOUND: {
    status: 404,
    retry: 'NO',
    en: 'There is no such message.',
    uk: 'Такого повідомлення немає.',
  },
  MESSAGE_DELETED: {
    status: 409,
    retry: 'NO',
    en: 'The message was deleted.',
    uk: 'Повідомлення видалено.',
  },
  CHAT_NOT_ACCESSIBLE: {
    status: 403,
    retry: 'NO',
    en: 'You may see this but not its chat.',
    uk: 'Ви можете це бачити, але не його чат.',
  },
  REPORT_NOT_FOUND: { status: 404, retry: 'NO', en: 'There is no such report.', uk: 'Такої скарги немає.' },
  REPORT_RESOLVED: {
    status: 409,
    retry: 'NO',
    en: 'The message was removed after this report: that cannot be undone.',
    uk: 'За цією скаргою повідомлення вже вилучено: цього не можна скасувати.',
  },
} as const satisfies ErrorGroup;
