import type { GraphQLResolveInfo } from 'graphql';
import { z } from 'zod';
import { LessonStatus } from '../../generated/prisma/enums.js';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { id, parseArgs, rule, text } from '../../graphql/input.js';
import { selects } from '../../graphql/selection.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { readPeople } from '../accounts/schema.js';
import { instant } from './arguments.js';
import type { LessonPage, LessonView } from './lesson.js';
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

/** The page when the people of its lessons have been read too, if the operation asks for them. */
async function withPeople(
  reading: Promise<LessonPage>,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<LessonPage> {
  const page = await reading;
  const ids: string[] = [];
  for (const [field, idOf] of people)
    if (selects(info, ['edges', 'node', field])) ids.push(...page.edges.map(({ node }) => idOf(node)));
  if (ids.length > 0) await readPeople(context, ids);
  return page;
}

const people = [
  ['tutor', ({ tutorId }: LessonView) => tutorId],
  ['student', ({ studentId }: LessonView) => studentId],
] as const;

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
    resolve: (_root, args, context, info) => {
      const { filter } = parseArgs(listArgs, args);
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      const lessons = context.services.lessons.lessons(requireViewer(context), filter ?? {}, page);
      return withPeople(lessons, context, info);
    },
  }),
}));
