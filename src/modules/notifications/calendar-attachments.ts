import type { Queryable } from '../../platform/database/database.js';
import { type CalendarFile, calendarText } from '../../platform/icalendar/calendar.js';
import type { MailAttachment } from '../../platform/mail/mailer.js';
import { decodeAnyId } from '../../shared/ids.js';
import { findSubjectEvents } from '../calendar-feed/calendar-lessons.js';
import type { Delivery } from './delivery-store.js';

/** The news that put something into a calendar, move it there, or take it out. */
const calendarNews: ReadonlySet<string> = new Set([
  'lesson.scheduled',
  'lesson.accepted',
  'lesson.moved',
  'lesson.cancelled',
  'series.scheduled',
  'series.moved',
  'series.cancelled',
]);

/** What goes along with the mail of a notification. */
export type AttachmentsOf = (
  on: Queryable,
  delivery: Pick<
    Delivery,
    'type' | 'subject' | 'organizationId' | 'organizationName' | 'userId' | 'email' | 'displayName'
  >,
) => Promise<MailAttachment[]>;

/**
 * Attaches lessons as they are now in the form that calendar programs take into a calendar. `from` is the sender of
 * mail: the school organizes the lesson, so that a program takes its cancellation, too.
 */
export function createCalendarAttachments(from: string): AttachmentsOf {
  const address = /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
  return async (on, delivery) => {
    const { type, organizationId, userId } = delivery;
    const subject = delivery.subject === null ? null : decodeAnyId(delivery.subject);
    const kind = subject?.kind;
    if (!subject || !calendarNews.has(type) || (kind !== 'lesson' && kind !== 'series')) return [];
    const events = await findSubjectEvents(on, { organizationId, userId, kind, subjectId: subject.uuid });
    const first = events[0];
    if (!first) return [];
    const people = {
      organizer: { name: delivery.organizationName, address },
      attendee: { name: delivery.displayName, address: delivery.email },
    };
    // An invitation or a cancellation is of one event (RFC 5546, 3.2.2); several are published.
    const calendar: CalendarFile =
      kind === 'series'
        ? { method: 'PUBLISH', organizer: people.organizer, events }
        : { method: first.status === 'CANCELLED' ? 'CANCEL' : 'REQUEST', ...people, events };
    return [
      {
        filename: kind === 'series' ? 'lessons.ics' : 'lesson.ics',
        contentType: `text/calendar; charset=utf-8; method=${calendar.method}`,
        content: calendarText(calendar),
      },
    ];
  };
}
