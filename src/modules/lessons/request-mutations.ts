import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { LessonActionInput, plan, RequestLessonInput, target } from './inputs.js';
import { LessonPayload } from './types.js';

const requestArgs = z.object({ input: z.object({ tutorId: id('user'), ...plan }) });
const answerArgs = z.object({ input: z.object(target) });

builder.mutationFields((t) => ({
  requestLesson: t.field({
    type: LessonPayload,
    description:
      'A student asks a tutor for a lesson. It blocks no slot until the tutor accepts it, and lapses after 48 hours or at its start. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, TUTOR_NOT_FOUND, RELATION_NOT_ACTIVE, SLOT_TAKEN, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.',
    args: { input: t.arg({ type: RequestLessonInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, args, context) => {
      const { idempotencyKey: key, ...request } = parseArgs(requestArgs, args).input;
      return { lesson: await context.services.lessons.request(requireViewer(context), request, key) };
    },
  }),

  acceptLessonRequest: t.field({
    type: LessonPayload,
    description:
      'The tutor accepts a request, which books the lesson; with SLOT_TAKEN it stays a request. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION, RELATION_NOT_ACTIVE, SLOT_TAKEN.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The request.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(answerArgs, args);
      return { lesson: await context.services.lessons.accept(requireViewer(context), input) };
    },
  }),

  declineLessonRequest: t.field({
    type: LessonPayload,
    description:
      'The tutor declines a request. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, LESSON_NOT_FOUND, LESSON_CONFLICT, LESSON_INVALID_TRANSITION.',
    args: { input: t.arg({ type: LessonActionInput, required: true, description: 'The request.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(answerArgs, args);
      return { lesson: await context.services.lessons.decline(requireViewer(context), input) };
    },
  }),
}));
