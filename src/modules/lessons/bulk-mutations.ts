import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, idempotencyKey, list, parseArgs, rule } from '../../graphql/input.js';
import { plan, ScheduleLessonInput } from './inputs.js';
import { LessonsPayload } from './types.js';

const maxLessons = 200;

const item = z.object({
  studentId: id('user'),
  ...plan,
  idempotencyKey: z
    .string()
    .nullish()
    .refine((key) => key == null, rule({ rule: 'KEY_BESIDE_LIST' })),
});
const scheduleManyArgs = z.object({
  input: z.object({
    lessons: list(
      item.transform(({ idempotencyKey: _, ...booking }) => booking),
      1,
      maxLessons,
    ),
    dryRun: z.boolean().nullish(),
    idempotencyKey,
  }),
});

const ScheduleLessonsInput = builder.inputType('ScheduleLessonsInput', {
  description: 'The lessons to book: all of them, or none.',
  fields: (t) => ({
    lessons: t.field({
      type: [ScheduleLessonInput],
      required: true,
      description: `1 to ${maxLessons}, in any order; without idempotency keys of their own.`,
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'Only tells what would be wrong: nothing is booked, and the answer has no lessons.',
    }),
    idempotencyKey: t.string({
      description:
        'Makes it harmless to send this again for 24 hours: the same key gives the same lessons. 1 to 200 characters.',
    }),
  }),
});

builder.mutationField('scheduleLessons', (t) =>
  t.field({
    type: LessonsPayload,
    description:
      'A tutor books many lessons in one transaction. What is wrong is told for every lesson, under `fields` with its index, such as `input.lessons.3.startsAt`; the code is VALIDATION_ERROR when the reasons differ. UNAUTHENTICATED, FORBIDDEN, STUDENT_NOT_FOUND, RELATION_NOT_ACTIVE, SLOT_TAKEN, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.',
    args: { input: t.arg({ type: ScheduleLessonsInput, required: true, description: 'The lessons.' }) },
    resolve: async (_root, args, context) => {
      const { lessons, dryRun, idempotencyKey: key } = parseArgs(scheduleManyArgs, args).input;
      const how = { dryRun: dryRun ?? false, key };
      return { lessons: await context.services.lessons.scheduleMany(requireViewer(context), lessons, how) };
    },
  }),
);
