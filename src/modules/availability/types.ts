import { builder } from '../../graphql/builder.js';
import {
  type Availability,
  type DateException,
  formatMinute,
  isWholeDay,
  type WeeklyWindow,
} from './availability.js';
import type { TimeSlot } from './service.js';

const WindowRef = builder.objectRef<WeeklyWindow>('AvailabilityWindow').implement({
  description: 'A stretch of every week in which a tutor teaches.',
  fields: (t) => ({
    weekday: t.exposeInt('weekday', { description: '1 is Monday, 7 is Sunday.' }),
    from: t.string({
      description: 'When it begins, as HH:MM in the tutor’s zone.',
      resolve: ({ fromMinute }) => formatMinute(fromMinute),
    }),
    to: t.string({
      description: 'When it ends, as HH:MM in the tutor’s zone; 24:00 is midnight.',
      resolve: ({ toMinute }) => formatMinute(toMinute),
    }),
  }),
});

const ExceptionRef = builder.objectRef<DateException>('AvailabilityException').implement({
  description: 'A date, or a part of it, that differs from the week.',
  fields: (t) => ({
    date: t.expose('date', { type: 'Date', description: 'The date in the tutor’s zone.' }),
    from: t.string({
      nullable: true,
      description: 'When it begins, as HH:MM in the tutor’s zone; null for the whole day.',
      resolve: (one) => (isWholeDay(one) ? null : formatMinute(one.fromMinute)),
    }),
    to: t.string({
      nullable: true,
      description: 'When it ends, as HH:MM in the tutor’s zone; null for the whole day.',
      resolve: (one) => (isWholeDay(one) ? null : formatMinute(one.toMinute)),
    }),
    available: t.exposeBoolean('available', { description: 'Whether the tutor teaches then.' }),
  }),
});

/** When a tutor teaches. */
export const AvailabilityRef = builder.objectRef<Availability>('Availability').implement({
  description:
    'When a tutor teaches. Without windows: at any time. It binds requests of students; tutors may book outside it.',
  fields: (t) => ({
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'The zone of the local times: the tutor’s.',
    }),
    windows: t.expose('windows', {
      type: [WindowRef],
      description: 'The week, by weekday and time; at most 100.',
    }),
    exceptions: t.expose('exceptions', {
      type: [ExceptionRef],
      description: 'The dates that differ, in order; at most 400.',
    }),
  }),
});

export const AvailabilityPayload = builder
  .objectRef<{ readonly availability: Availability }>('AvailabilityPayload')
  .implement({
    description: 'The availability after the change.',
    fields: (t) => ({
      availability: t.expose('availability', {
        type: AvailabilityRef,
        description: 'When the tutor teaches.',
      }),
    }),
  });

export const TimeSlotRef = builder.objectRef<TimeSlot>('TimeSlot').implement({
  description: 'A stretch of time that can be booked.',
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it begins.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends.' }),
  }),
});
