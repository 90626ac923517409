import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parsePage } from '../../shared/pagination.js';
import { UserRef } from '../accounts/schema.js';
import type { AttendanceInterval } from './attendance.js';
import type { LessonHistoryEntry, LessonView } from './lesson.js';
import type { HistoryRequest } from './service.js';
import { LessonRef } from './types.js';

/** A version fits PostgreSQL's integer. */
const versionPattern = /^\d{1,9}$/;

const HistoryEntryRef = builder.objectRef<LessonHistoryEntry>('LessonHistoryEntry').implement({
  description: 'One change of a lesson: by the n-th it came to version n.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    by: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who did it; null for the system.',
      resolve: ({ byId }) => byId,
    }),
    change: t.exposeString('change', { description: 'What happened: a value of LessonChange.' }),
    from: t.exposeString('from', {
      nullable: true,
      description:
        'What was: the status, for MOVED the times as an ISO 8601 interval, for EDITED the title. Null when there was nothing, and when only the notes changed.',
    }),
    to: t.exposeString('to', { nullable: true, description: 'What it was changed to, like `from`.' }),
  }),
});

const HistoryConnection = builder.connectionObject(
  {
    type: HistoryEntryRef,
    name: 'LessonHistoryConnection',
    description: 'A page of the history of a lesson, the oldest change first.',
  },
  { name: 'LessonHistoryEdge', description: 'A change in a page.' },
);

builder.objectField(LessonRef, 'history', (t) =>
  t.loadable({
    type: HistoryConnection,
    byPath: true,
    description: 'Every change of the lesson, the oldest first. VALIDATION_ERROR.',
    args: {
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (lesson, args): HistoryRequest => ({ lesson, page: parsePage(args, [versionPattern]) }),
    load: (requests: HistoryRequest[], context) =>
      context.services.lessons.histories(requireViewer(context), requests),
  }),
);

const AttendanceRef = builder.objectRef<AttendanceInterval>('LessonAttendance').implement({
  description: 'That somebody was in a lesson; what overlapped on several devices is one.',
  fields: (t) => ({
    user: t.field({ type: UserRef, description: 'Who.', resolve: ({ userId }) => userId }),
    from: t.expose('from', { type: 'DateTime', description: 'When they came.' }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'When they left; null while they are there.',
    }),
  }),
});

builder.objectField(LessonRef, 'attendance', (t) =>
  t.loadableList({
    type: AttendanceRef,
    description:
      'Who was in the lesson and when: at most 200 intervals, those of one person after the other’s.',
    loaderOptions: { cache: false },
    resolve: (lesson) => lesson,
    load: (lessons: LessonView[], context) =>
      context.services.lessons.attendances(requireViewer(context), lessons),
  }),
);
