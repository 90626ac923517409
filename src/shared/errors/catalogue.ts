import { accountErrors } from './account.js';
import { boardErrors } from './board.js';
import { chatErrors } from './chat.js';
import { classroomErrors } from './classroom.js';
import { generalErrors } from './general.js';
import { graphqlErrors } from './graphql.js';
import { lessonErrors } from './lesson.js';
import { notificationErrors } from './notification.js';
import { realTimeErrors } from './real-time.js';
import { relationErrors } from './relation.js';
import type { ValuesOf } from './wording.js';

/** The codes by what they are about, in the order of the documentation. */
export const errorGroups = {
  General: generalErrors,
  GraphQL: graphqlErrors,
  Accounts: accountErrors,
  'Tutor and student': relationErrors,
  Lessons: lessonErrors,
  Chats: chatErrors,
  Classrooms: classroomErrors,
  Boards: boardErrors,
  Notifications: notificationErrors,
  'Real time': realTimeErrors,
} as const;

/** Every error code. The names are fixed for clients; `ErrorCode` in the schema and `docs/api/errors.md` are made from it. */
export const errorCatalogue = {
  ...generalErrors,
  ...graphqlErrors,
  ...accountErrors,
  ...relationErrors,
  ...lessonErrors,
  ...chatErrors,
  ...classroomErrors,
  ...boardErrors,
  ...notificationErrors,
  ...realTimeErrors,
} as const;

/** The one enum of codes, for GraphQL, every other endpoint and WebSocket messages. */
export type ErrorCode = keyof typeof errorCatalogue;

type Values = { readonly [Code in ErrorCode]: ValuesOf<(typeof errorCatalogue)[Code]> };

/** The codes whose text has values. */
export type ValuedCode = {
  [Code in ErrorCode]: keyof Values[Code] extends never ? never : Code;
}[ErrorCode];

/** The values in the text of a code. */
export type ErrorValues<Code extends ErrorCode> = Values[Code];
