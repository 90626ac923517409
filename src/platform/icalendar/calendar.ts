import { escapedText, joinedLines, quoted, utcTime } from './text.js';

/** Somebody in a calendar. */
export interface CalendarPerson {
  readonly name: string;
  /** E-mail address. */
  readonly address: string;
}

/** An event of a calendar. */
export interface CalendarEvent {
  /** Stays the same for ever, unique in the world. */
  readonly uid: string;
  /** Rises with every change. */
  readonly sequence: number;
  readonly status: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly summary: string;
  readonly description: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A calendar as a file or a feed. */
export interface CalendarFile {
  /** PUBLISH shows events; REQUEST and CANCEL are about one event between the organizer and the attendee (RFC 5546). */
  readonly method: 'PUBLISH' | 'REQUEST' | 'CANCEL';
  /** What a subscriber's list of calendars shows. */
  readonly name?: string;
  readonly organizer?: CalendarPerson;
  readonly attendee?: CalendarPerson;
  readonly events: readonly CalendarEvent[];
}

/** How often a subscriber is asked to look again. */
const refresh = 'PT1H';

/** The calendar as iCalendar text (RFC 5545). The same events give the same text. */
export function calendarText({ method, name, organizer, attendee, events }: CalendarFile): string {
  const feed = name
    ? [
        `NAME:${escapedText(name)}`,
        `X-WR-CALNAME:${escapedText(name)}`,
        `REFRESH-INTERVAL;VALUE=DURATION:${refresh}`,
        `X-PUBLISHED-TTL:${refresh}`,
      ]
    : [];
  const people = [
    ...(organizer ? [`ORGANIZER;CN=${quoted(organizer.name)}:mailto:${organizer.address}`] : []),
    ...(attendee
      ? [
          `ATTENDEE;CN=${quoted(attendee.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:${attendee.address}`,
        ]
      : []),
  ];
  return joinedLines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Lectern//Lessons//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    ...feed,
    ...events.flatMap((event) => eventLines(event, people)),
    'END:VCALENDAR',
  ]);
}

function eventLines(event: CalendarEvent, people: readonly string[]): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    `SEQUENCE:${event.sequence}`,
    // Of the event and not of this text, so that a feed without changes stays the same.
    `DTSTAMP:${utcTime(event.updatedAt)}`,
    `CREATED:${utcTime(event.createdAt)}`,
    `LAST-MODIFIED:${utcTime(event.updatedAt)}`,
    `DTSTART:${utcTime(event.startsAt)}`,
    `DTEND:${utcTime(event.endsAt)}`,
    `SUMMARY:${escapedText(event.summary)}`,
    ...(event.description ? [`DESCRIPTION:${escapedText(event.description)}`] : []),
    `STATUS:${event.status}`,
    `TRANSP:${event.status === 'CANCELLED' ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...people,
    'END:VEVENT',
  ];
}
