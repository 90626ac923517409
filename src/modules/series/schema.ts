import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { LessonsPayload } from '../lessons/types.js';
import { cancelArgs, rescheduleArgs, seriesArgs } from './arguments.js';
import { CancelLessonInput, RescheduleLessonInput, ScheduleLessonSeriesInput } from './inputs.js';
import type { SeriesService } from './service.js';
import { LessonSeriesPayload } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly series: SeriesService;
  }
}

builder.mutationFields((t) => ({
  scheduleLessonSeries: t.field({
    type: LessonSeriesPayload,
    description:
      'A tutor books lessons with a student by a rule, all or none unless skipConflicts; the student is notified once. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, STUDENT_NOT_FOUND, RELATION_NOT_ACTIVE, SLOT_TAKEN, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.',
    args: { input: t.arg({ type: ScheduleLessonSeriesInput, required: true, description: 'The series.' }) },
    resolve: async (_root, args, context) => {
      const { idempotencyKey: key, ...booking } = parseArgs(seriesArgs, args).input;
      return { series: await context.services.series.schedule(requireViewer(context), booking, key) };
    },
  }),

  rescheduleLesson: t.field({
    type: LessonsPayload,
    description:
      'The tutor or the student moves a scheduled lesson, which keeps its id; with a scope, others of its series too. The other is notified. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION, SLOT_TAKEN.',
    args: { input: t.arg({ type: RescheduleLessonInput, required: true, description: 'The move.' }) },
    resolve: async (_root, args, context) => {
      const { scope, startsAt, endsAt, ...target } = parseArgs(rescheduleArgs, args).input;
      const viewer = requireViewer(context);
      return {
        lessons: await context.services.series.reschedule(viewer, target, { startsAt, endsAt }, scope),
      };
    },
  }),

  cancelLesson: t.field({
    type: LessonsPayload,
    description:
      'The tutor, the student or an admin calls off a scheduled lesson, or the student a request; with a scope, others of its series too. The others are notified. UNAUTHENTICATED, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: CancelLessonInput, required: true, description: 'The lesson and why.' }) },
    resolve: async (_root, args, context) => {
      const { reason, scope, ...target } = parseArgs(cancelArgs, args).input;
      const viewer = requireViewer(context);
      return { lessons: await context.services.series.cancel(viewer, target, reason ?? null, scope) };
    },
  }),
}));
