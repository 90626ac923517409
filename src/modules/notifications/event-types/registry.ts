import { accountLetterSchemas } from '../../accounts/letters.js';
import { formatsOf, languageOf, type Reader } from '../language.js';
import { newSignIn, passwordChanged } from './account-security.js';
import { announced } from './announcements.js';
import { classroomAdded, classroomRemoved } from './classrooms.js';
import { digestPayload, type EventType, type Text } from './definition.js';
import { lessonMoved, lessonNoShow } from './lesson-changes.js';
import { lessonStartingSoon } from './lesson-reminders.js';
import { lessonAccepted, lessonDeclined, lessonRequested } from './lesson-requests.js';
import { lessonCancelled, lessonScheduled } from './lessons.js';
import { messageMention } from './mentions.js';
import { messageReported } from './message-reports.js';
import { messageUnread } from './messages.js';
import { relationInvited } from './relations.js';
import { seriesCancelled, seriesMoved, seriesScheduled } from './series.js';

/** Everything that people are told about. A new event type is a definition and a line here. */
const eventTypes = {
  'lesson.scheduled': lessonScheduled,
  'lesson.cancelled': lessonCancelled,
  'lesson.requested': lessonRequested,
  'lesson.accepted': lessonAccepted,
  'lesson.declined': lessonDeclined,
  'lesson.moved': lessonMoved,
  'lesson.no_show': lessonNoShow,
  'lesson.starting_soon': lessonStartingSoon,
  'message.unread': messageUnread,
  'message.mention': messageMention,
  'message.reported': messageReported,
  'classroom.added': classroomAdded,
  'classroom.removed': classroomRemoved,
  'relation.invited': relationInvited,
  'series.scheduled': seriesScheduled,
  'series.moved': seriesMoved,
  'series.cancelled': seriesCancelled,
  'account.new_sign_in': newSignIn,
  'account.password_changed': passwordChanged,
  announcement: announced,
} as const;

/** The name of an event type, as in `Notification.type`. */
export type EventTypeName = keyof typeof eventTypes;

/** Everything that people are told about, in a fixed order. */
export const eventTypeNames = Object.keys(eventTypes) as readonly EventTypeName[];

/** The payload of each event type, for the queue. */
export const notificationSchemas = {
  ...accountLetterSchemas,
  'lesson.scheduled': lessonScheduled.schema,
  'lesson.cancelled': lessonCancelled.schema,
  'lesson.requested': lessonRequested.schema,
  'lesson.accepted': lessonAccepted.schema,
  'lesson.declined': lessonDeclined.schema,
  'lesson.moved': lessonMoved.schema,
  'lesson.no_show': lessonNoShow.schema,
  'lesson.starting_soon': lessonStartingSoon.schema,
  'message.unread': messageUnread.schema,
  'message.mention': messageMention.schema,
  'message.reported': messageReported.schema,
  'classroom.added': classroomAdded.schema,
  'classroom.removed': classroomRemoved.schema,
  'relation.invited': relationInvited.schema,
  'account.new_sign_in': newSignIn.schema,
  'account.password_changed': passwordChanged.schema,
  'series.scheduled': seriesScheduled.schema,
  'series.moved': seriesMoved.schema,
  'series.cancelled': seriesCancelled.schema,
  'notification.digest': digestPayload,
  announcement: announced.schema,
} as const satisfies Record<EventTypeName | 'notification.digest', unknown>;

/** The definition of an event type; null for one that this release does not know. */
export function eventTypeOf(name: string): EventType | null {
  return Object.hasOwn(eventTypes, name) ? eventTypes[name as EventTypeName] : null;
}

/** What to show when another release wrote the row: a list must not fail because of one of its items. */
const unknown = {
  uk: { title: 'Сповіщення', body: '' },
  en: { title: 'Notification', body: '' },
} as const;

/** What a reader is shown of a notification of this type with these facts. */
export function textOf(type: string, data: unknown, reader: Reader): Text {
  const language = languageOf(reader.locale);
  return eventTypeOf(type)?.text(data, language, formatsOf(reader)) ?? unknown[language];
}
