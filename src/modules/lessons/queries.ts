import { z } from 'zod';
import { LessonStatus } from '../../generated/prisma/enums.js';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs, rule, text } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { instant } from './arguments.js';
import { LessonConnection, LessonRef, LessonStatusEnum } from './types.js';

const LessonFilterInput = builder.inputType('LessonFilter', {
  description: 'What a list of lessons is narrowed to; all conditions hold together.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Only lessons that start at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only lessons that start before this time.' }),
    status: t.field({ type: [LessonStatusEnum], description: 'Only lessons in one of these states.' }),
    withUserId: t.id({ description: 'Only lessons of this tutor or student.' }),
    text: t.string({
      description:
        'Only lessons whose title and notes have a word that begins with each of these words, in whatever case and with whatever apostrophe; 1 to 200 characters with a letter or a digit.',
    }),
  }),
});

const lessonArgs = z.object({ id: id('lesson') });
const listArgs = z.object({
  filter: z
    .object({
      from: instant.nullish(),
      to: instant.nullish(),
      status: z.array(z.enum(LessonStatus)).nullish(),
      withUserId: id('user').nullish(),
      text: text(1, 200)
        .refine((value) => /[\p{L}\p{N}]/u.test(value), rule({ rule: 'LETTER_OR_DIGIT' }))
        .nullish(),
    })
    .nullish(),
});

builder.queryFields((t) => ({
  lesson: t.field({
    type: LessonRef,
    nullable: true,
    description:
      'One lesson; null with LESSON_NOT_FOUND when there is none that the viewer may see. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, args, context) => {
      requireViewer(context);
      return parseArgs(lessonArgs, args).id;
    },
  }),

  lessons: t.field({
    type: LessonConnection,
    description:
      "The viewer's lessons by start, the earliest first; for admins all of the school's. UNAUTHENTICATED, VALIDATION_ERROR.",
    args: {
      filter: t.arg({ type: LessonFilterInput, description: 'What to narrow the list to.' }),
      first: t.arg.int({ description: 'How many, from the start: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
      last: t.arg.int({ description: 'How many, from the end: at most 100.' }),
      before: t.arg.string({ description: 'The cursor of the edge before which to go back.' }),
    },
    resolve: (_root, args, context) => {
      const { filter } = parseArgs(listArgs, args);
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.lessons.lessons(requireViewer(context), filter ?? {}, page);
    },
  }),
}));
