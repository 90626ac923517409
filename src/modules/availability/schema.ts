import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { availabilityArgs, freeSlotsArgs, setAvailabilityArgs } from './arguments.js';
import type { AvailabilityService } from './service.js';
import { AvailabilityPayload, AvailabilityRef, TimeSlotRef } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly availability: AvailabilityService;
  }
}

const WindowInput = builder.inputType('AvailabilityWindowInput', {
  description: 'A stretch of every week in which the tutor teaches.',
  fields: (t) => ({
    weekday: t.int({ required: true, description: '1 is Monday, 7 is Sunday.' }),
    from: t.string({ required: true, description: 'When it begins, as HH:MM in the tutor’s zone.' }),
    to: t.string({
      required: true,
      description: 'When it ends, later on the same day, as HH:MM in the tutor’s zone; 24:00 is midnight.',
    }),
  }),
});

const ExceptionInput = builder.inputType('AvailabilityExceptionInput', {
  description:
    'A date, or a part of it, that differs from the week. A whole day that is not available leaves only what other exceptions of that date open; a part that is not available is closed whatever opens it.',
  fields: (t) => ({
    date: t.field({ type: 'Date', required: true, description: 'The date in the tutor’s zone.' }),
    from: t.string({ description: 'When it begins, as HH:MM; without from and to, the whole day.' }),
    to: t.string({ description: 'When it ends, as HH:MM to 24:00; it comes with from.' }),
    available: t.boolean({ required: true, description: 'Whether the tutor teaches then.' }),
  }),
});

const SetAvailabilityInput = builder.inputType('SetAvailabilityInput', {
  description: 'When the tutor teaches.',
  fields: (t) => ({
    windows: t.field({
      type: [WindowInput],
      required: true,
      description:
        'The whole week, in the place of what was; windows of one weekday do not overlap, and there are at most 100. None: any time.',
    }),
    exceptions: t.field({
      type: [ExceptionInput],
      description:
        'All exceptions, in the place of what was; at most 400. Absent or null, they stay as they are.',
    }),
  }),
});

builder.queryFields((t) => ({
  availability: t.field({
    type: AvailabilityRef,
    description:
      'When a tutor teaches: for the tutor, for students with an active relation, and for admins; to others TUTOR_NOT_FOUND. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: { tutorId: t.arg.id({ required: true, description: 'The tutor.' }) },
    resolve: (_root, args, context) => {
      const viewer = requireViewer(context);
      return context.services.availability.availability(viewer, parseArgs(availabilityArgs, args).tutorId);
    },
  }),

  freeSlots: t.field({
    type: [TimeSlotRef],
    description:
      'The slots of a tutor that can be booked, in order: inside the availability, outside of lessons, not in the past; back to back from the start of each free stretch. UNAUTHENTICATED, VALIDATION_ERROR, TUTOR_NOT_FOUND.',
    args: {
      tutorId: t.arg.id({ required: true, description: 'The tutor.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'No slot begins before.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'No slot ends after; at most 62 days after `from`.',
      }),
      durationMinutes: t.arg.int({
        required: true,
        description: 'The length of each slot: 5 to 480 minutes.',
      }),
    },
    resolve: (_root, args, context) => {
      const viewer = requireViewer(context);
      return context.services.availability.freeSlots(viewer, parseArgs(freeSlotsArgs, args));
    },
  }),
}));

builder.mutationField('setAvailability', (t) =>
  t.field({
    type: AvailabilityPayload,
    description:
      'A tutor says when they teach, in the zone of their profile. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: { input: t.arg({ type: SetAvailabilityInput, required: true, description: 'The availability.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(setAvailabilityArgs, args);
      return {
        availability: await context.services.availability.setAvailability(requireViewer(context), input),
      };
    },
  }),
);
