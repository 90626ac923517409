import { builder } from '../../graphql/builder.js';

/** The ways in which a notification reaches someone. */
export const NotificationChannelEnum = builder.enumType('NotificationChannel', {
  description: 'The ways in which a notification reaches someone.',
  values: {
    IN_APP: { description: 'In the application, live.' },
    EMAIL: { description: 'By e-mail.' },
    PUSH: { description: 'As a push message of the browser.' },
    WEBHOOK: { description: 'As an HTTP request to an address of the school.' },
  },
});
