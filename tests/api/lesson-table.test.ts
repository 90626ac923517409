import { LessonStatus } from '../../src/generated/prisma/enums.js';
import type { Person, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  acceptRequest,
  cancelLesson,
  completeLesson,
  correctOutcome,
  declineRequest,
  inHours,
  joinLesson,
  leaveLesson,
  markNoShow,
  rescheduleLesson,
  startLesson,
  updateLesson,
} from './lesson-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

type Role = 'tutor' | 'student' | 'admin' | 'stranger';
const roles: readonly Role[] = ['tutor', 'student', 'admin', 'stranger'];
type Cell = Partial<Record<LessonStatus, readonly [to: LessonStatus, ...by: Role[]]>>;

interface Action {
  readonly mutation: string;
  readonly input?: (status: LessonStatus) => Record<string, unknown>;
  /** Whether the lesson began 20 minutes ago; it is tomorrow otherwise. */
  readonly underWay?: boolean;
  /** From a status to another, by whom. */
  readonly table: Cell;
}

const stays =
  (...statuses: LessonStatus[]) =>
  (by: readonly Role[]) =>
    Object.fromEntries(statuses.map((status) => [status, [status, ...by]])) as Cell;

const actions: Record<string, Action> = {
  acceptLessonRequest: { mutation: acceptRequest, table: { REQUESTED: ['SCHEDULED', 'tutor'] } },
  declineLessonRequest: { mutation: declineRequest, table: { REQUESTED: ['DECLINED', 'tutor'] } },
  cancelLesson: {
    mutation: cancelLesson,
    table: { REQUESTED: ['CANCELLED', 'student'], SCHEDULED: ['CANCELLED', 'tutor', 'student', 'admin'] },
  },
  rescheduleLesson: {
    mutation: rescheduleLesson,
    input: () => ({ startsAt: inHours(50).toISOString(), endsAt: inHours(51).toISOString() }),
    table: { SCHEDULED: ['SCHEDULED', 'tutor', 'student'] },
  },
  updateLesson: {
    mutation: updateLesson,
    input: () => ({ title: 'Another' }),
    table: stays('SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')(['tutor', 'admin']),
  },
  startLesson: { mutation: startLesson, underWay: true, table: { SCHEDULED: ['IN_PROGRESS', 'tutor'] } },
  completeLesson: {
    mutation: completeLesson,
    underWay: true,
    table: { IN_PROGRESS: ['COMPLETED', 'tutor'] },
  },
  markLessonNoShow: {
    mutation: markNoShow,
    underWay: true,
    input: () => ({ party: 'BOTH' }),
    table: { SCHEDULED: ['NO_SHOW', 'tutor', 'student'], IN_PROGRESS: ['NO_SHOW', 'tutor', 'student'] },
  },
  correctLessonOutcome: {
    mutation: correctOutcome,
    underWay: true,
    input: (status) =>
      status === 'NO_SHOW' ? { status: 'COMPLETED' } : { status: 'NO_SHOW', noShowParty: 'TUTOR' },
    table: { NO_SHOW: ['COMPLETED', 'admin'], COMPLETED: ['NO_SHOW', 'admin'] },
  },
  joinLesson: {
    mutation: joinLesson,
    underWay: true,
    table: stays('SCHEDULED', 'IN_PROGRESS')(['tutor', 'student']),
  },
  leaveLesson: {
    mutation: leaveLesson,
    underWay: true,
    table: stays(...Object.values(LessonStatus))(['tutor', 'student']),
  },
};
/** These are no changes of the lesson: they are attendance. */
const unversioned = new Set(['joinLesson', 'leaveLesson']);

function expected({ table }: Action, status: LessonStatus, role: Role): string {
  if (role === 'stranger') return 'LESSON_NOT_FOUND';
  const [to, ...by] = table[status] ?? [];
  if (to && (by as readonly Role[]).includes(role)) return to;
  const ever = Object.values(table).some((cell) => (cell as readonly string[]).slice(1).includes(role));
  return ever ? 'LESSON_INVALID_TRANSITION' : 'FORBIDDEN';
}

interface Scene {
  readonly people: Readonly<Record<Role, Person>>;
  readonly lesson: SeededLesson;
}

async function scene(status: LessonStatus, underWay: boolean): Promise<Scene> {
  const school = await app.seed.school();
  const { tutor, student } = await school.pair();
  const [admin, stranger] = await Promise.all([school.admin(), school.tutor()]);
  const startsAt = underWay ? new Date(Date.now() - 20 * 60_000) : inHours(30);
  const lesson = await school.lesson(tutor, student, { status, startsAt });
  return { people: { tutor, student, admin, stranger }, lesson };
}

async function stored({ uuid }: SeededLesson): Promise<{ status: string; version: number; entries: number }> {
  const [row] = await app.foundation.database.sql<{ status: string; version: number; entries: number }>(
    `SELECT status::text AS status, version,
            (SELECT count(*)::int FROM lesson_history h WHERE h.lesson_id = l.id) AS entries
       FROM lesson l WHERE id = $1::uuid`,
    uuid,
  );
  if (!row) throw new Error('the lesson is gone');
  return row;
}

/** The outcome of every action by every role on a lesson in every state: the new status, or the code. */
describe.each(Object.entries(actions))('%s', (name, action) => {
  it.each(Object.values(LessonStatus))('of a lesson that is %s', async (status) => {
    for (const role of roles) {
      const { people, lesson } = await scene(status, action.underWay ?? false);
      const input = { lessonId: lesson.id, ...action.input?.(status) };
      const client = app.client(people[role].accessToken);
      const { data, errors } = await client.send(action.mutation, { input });
      const payload = data?.[name];
      const outcome = errors?.[0]?.extensions.code ?? (payload.lesson ?? payload.lessons[0]).status;
      expect([role, outcome]).toEqual([role, expected(action, status, role)]);
      const changed = !errors && !unversioned.has(name);
      expect([role, await stored(lesson)]).toEqual([
        role,
        { status: errors ? status : outcome, version: changed ? 2 : 1, entries: changed ? 1 : 0 },
      ]);
    }
  });
});
