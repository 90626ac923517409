import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { LessonConnection, LessonRef } from '../lessons/types.js';
import type { SeriesPage } from './lesson-pages.js';
import type { LessonSeries } from './series.js';

/** A series. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const LessonSeriesRef = builder.loadableNodeRef('LessonSeries', {
  id: { resolve: (series: LessonSeries) => series.id },
  load: (ids: string[], context) => context.services.series.seriesByIds(requireViewer(context), ids),
});
LessonSeriesRef.implement({
  description:
    'Lessons that were booked together by a rule. Seen by who may see its lessons; to anyone else SERIES_NOT_FOUND. Each lesson is one of its own: it can be moved, edited and cancelled alone.',
  fields: (t) => ({
    rrule: t.exposeString('rrule', {
      description:
        'The recurrence rule (RFC 5545) without DTSTART. It follows moves and splits as far as a rule can say them; where the lessons lie now, they say themselves.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'The zone in which the lessons keep their local time.',
    }),
    localStart: t.exposeString('localStart', {
      description: 'The local date and time of the first occurrence, such as 2026-03-29T10:15.',
    }),
    durationMinutes: t.exposeInt('durationMinutes', { description: 'The length of a lesson, in minutes.' }),
    lessons: t.loadable({
      type: LessonConnection,
      description: 'Its lessons by start, cancelled ones included; at most 200 in all. VALIDATION_ERROR.',
      args: {
        first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
        after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
      },
      resolve: (series, args) => ({
        seriesId: series.id,
        page: parsePage(args, [keyPatterns.instant, keyPatterns.uuid]),
      }),
      load: (pages: SeriesPage[], context) =>
        context.services.series.lessonPages(requireViewer(context), pages),
    }),
  }),
});

builder.objectField(LessonRef, 'series', (t) =>
  t.loadable({
    type: LessonSeriesRef,
    nullable: true,
    description: 'The series that it was booked with; null for a lesson of its own.',
    // A mutation may have put it into another series since it was read.
    loaderOptions: { cache: false },
    resolve: (lesson) => lesson.id,
    load: (ids: string[], context) => context.services.series.seriesOfLessons(requireViewer(context), ids),
  }),
);

export const SeriesScopeEnum = builder.enumType('SeriesScope', {
  description:
    'How much of its series a change of a lesson touches. A lesson of its own is always changed alone.',
  values: {
    THIS: { description: 'This lesson only.' },
    THIS_AND_FOLLOWING: {
      description: 'This lesson and those of its series after it; what was before stays where it was.',
    },
    ALL: { description: 'All lessons of its series that are still to come.' },
  } as const,
});

/** What the booking of a series gives. */
export const LessonSeriesPayload = builder
  .objectRef<{ readonly series: LessonSeries }>('LessonSeriesPayload')
  .implement({
    description: 'The series that was booked.',
    fields: (t) => ({
      series: t.expose('series', { type: LessonSeriesRef, description: 'The series.' }),
      skipped: t.field({
        type: ['DateTime'],
        description: 'Starts of occurrences that were left out because the slot was taken.',
        resolve: ({ series }) => [...series.skipped],
      }),
    }),
  });
