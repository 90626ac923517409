import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { personOf, UserRef } from '../accounts/schema.js';
import type { Cancellation, LessonPage, LessonView } from './lesson.js';

/** The states of a lesson. */
export const LessonStatusEnum = builder.enumType('LessonStatus', {
  description: 'Where a lesson stands.',
  values: {
    REQUESTED: { description: 'The student has asked for it; it blocks no slot.' },
    SCHEDULED: { description: 'Both are booked.' },
    IN_PROGRESS: { description: 'It has been started.' },
    COMPLETED: { description: 'It was held.' },
    CANCELLED: { description: 'It was called off.' },
    DECLINED: { description: 'The tutor refused the request.' },
    EXPIRED: { description: 'The request was not answered in time.' },
    NO_SHOW: { description: 'Somebody did not come: see `noShowParty`.' },
  } as const,
});

/** Who can be absent. */
export const NoShowPartyEnum = builder.enumType('NoShowParty', {
  description: 'Who did not come.',
  values: {
    STUDENT: { description: 'The student.' },
    TUTOR: { description: 'The tutor.' },
    BOTH: { description: 'Neither came.' },
  } as const,
});

const CancellationRef = builder.objectRef<Cancellation>('LessonCancellation').implement({
  description: 'How a lesson was called off.',
  fields: (t) => ({
    by: t.field({
      type: UserRef,
      description: 'Who did it.',
      resolve: ({ byId }, _args, context) => personOf(context, byId),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, if they said so.' }),
    late: t.exposeBoolean('late', {
      description:
        'Whether it was inside the cancellation window that was agreed at booking: 24 hours before the start unless the tutor has another policy.',
    }),
  }),
});

/** A lesson. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const LessonRef = builder.loadableNodeRef('Lesson', {
  id: { resolve: (lesson: LessonView) => lesson.id },
  load: (ids: string[], context) => context.services.lessons.lessonsByIds(requireViewer(context), ids),
});
LessonRef.implement({
  description:
    'A lesson of one tutor and one student. Seen by the two and by admins of the school; to anyone else LESSON_NOT_FOUND.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'What it is about, on one line.' }),
    tutor: t.field({
      type: UserRef,
      description: 'Who teaches.',
      resolve: ({ tutorId }, _args, context) => personOf(context, tutorId),
    }),
    student: t.field({
      type: UserRef,
      description: 'Who is taught.',
      resolve: ({ studentId }, _args, context) => personOf(context, studentId),
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it starts.' }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      description: 'When it ends, 5 minutes to 8 hours after the start.',
    }),
    status: t.expose('status', { type: LessonStatusEnum, description: 'Where it stands.' }),
    version: t.exposeInt('version', {
      description:
        'Goes up by one with every change. Sent back as `expectedVersion`, it protects from overwriting.',
    }),
    notes: t.exposeString('notes', { nullable: true, description: 'What the tutor noted for both.' }),
    cancellation: t.expose('cancellation', {
      type: CancellationRef,
      nullable: true,
      description: 'How it was called off; null unless CANCELLED.',
    }),
    cancellationWindowMinutes: t.exposeInt('cancellationWindowMinutes', {
      description:
        'A cancellation later than this many minutes before the start is late: the policy of the tutor when it was booked.',
    }),
    noShowParty: t.expose('noShowParty', {
      type: NoShowPartyEnum,
      nullable: true,
      description: 'Who did not come; null unless NO_SHOW.',
    }),
    eventCursor: t.expose('eventCursor', {
      type: 'Cursor',
      description:
        'The position in the lesson’s channel that this state covers: pass it to `lessonEvents` as `after`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was booked.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed last.' }),
  }),
});

const LessonEdge = builder.edgeObject({
  type: LessonRef,
  name: 'LessonEdge',
  description: 'A lesson in a page.',
});

/** A page of lessons. */
export const LessonConnection = builder.objectRef<LessonPage>('LessonConnection').implement({
  description: 'A page of lessons.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [LessonEdge], description: 'The lessons, by start.' }),
    pageInfo: t.expose('pageInfo', {
      type: builder.pageInfoRef(),
      description: 'What lies beyond the page.',
    }),
    eventCursor: t.expose('eventCursor', {
      type: 'Cursor',
      description:
        'The position in the viewer’s lesson channel that this page covers: pass that of the first page to `lessonEvents` as `after`, without a lesson id.',
    }),
  }),
});

/** What a change of one lesson gives. */
export const LessonPayload = builder.objectRef<{ readonly lesson: LessonView }>('LessonPayload').implement({
  description: 'The lesson after the change.',
  fields: (t) => ({
    lesson: t.expose('lesson', { type: LessonRef, description: 'The lesson.' }),
  }),
});

/** What a change of possibly several lessons gives. */
export const LessonsPayload = builder
  .objectRef<{ readonly lessons: readonly LessonView[] }>('LessonsPayload')
  .implement({
    description: 'Every lesson that the change touched.',
    fields: (t) => ({
      lessons: t.expose('lessons', { type: [LessonRef], description: 'The lessons after the change.' }),
    }),
  });
