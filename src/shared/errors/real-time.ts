import type { ErrorGroup } from './definition.js';

export const realTimeErrors = {
  SUBSCRIPTION_REVOKED: {
    status: 403,
    retry: 'NO',
    en: 'You no longer have access to this.',
    uk: 'Ви більше не маєте до цього доступу.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    retry: 'LATER',
    en: 'Too many subscriptions on one socket.',
    uk: 'Забагато підписок на одному з’єднанні.',
  },
  TOO_MANY_SOCKETS: {
    status: 429,
    socket: 1013,
    retry: 'LATER',
    en: 'Too many open sockets; close one first.',
    uk: 'Забагато відкритих з’єднань; спершу закрийте одне з них.',
  },
  SLOW_CONSUMER: {
    status: 429,
    socket: 1013,
    retry: 'LATER',
    en: 'Events come faster than they are read; go on from the last cursor.',
    uk: 'Події надходять швидше, ніж їх читають; продовжуйте з останнього курсора.',
  },
} as const satisfies ErrorGroup;
