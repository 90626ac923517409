import { createApi } from '../../src/app/api.js';
import { openFoundation } from '../../src/app/foundation.js';
import { createWorker } from '../../src/app/worker.js';
import { createLogger } from '../../src/platform/logger.js';
import { encodeId } from '../../src/shared/ids.js';
import { eventually } from '../testkit/eventually.js';
import { createGraphqlClient } from '../testkit/graphql-client.js';
import type { LessonSeed } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  cancelLesson,
  completeLesson,
  declineRequest,
  historyOf,
  joinLesson,
  leaveLesson,
  markNoShow,
  pairWithClients,
  queued,
  read,
} from './lesson-operations.js';

/** Ahead of the machine's: what is on now, is over by it. */
let ahead = 0;
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ clock: { now: () => new Date(Date.now() + ahead) } });
});
afterAll(() => app.stop());
beforeEach(() => {
  ahead = 0;
});

const minute = 60_000;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * minute);

async function lessonFrom(minutes: number, seed: LessonSeed = {}) {
  const scene = await pairWithClients(app);
  const lesson = await scene.school.lesson(scene.tutor, scene.student, {
    startsAt: minutesAgo(minutes),
    ...seed,
  });
  const state = async () => {
    const { status, noShowParty, version } = await read(scene.asTutor, lesson.id);
    return { status, noShowParty, version };
  };
  return { ...scene, lesson, state, input: { lessonId: lesson.id } };
}

describe('30 minutes after its end', () => {
  it('a lesson in progress is completed, once', async () => {
    const { asTutor, lesson, state } = await lessonFrom(91, { status: 'IN_PROGRESS' });
    await app.deliver();
    await app.deliver();
    expect(await state()).toEqual({ status: 'COMPLETED', noShowParty: null, version: 2 });
    expect(await historyOf(asTutor, lesson.id)).toEqual(['COMPLETED IN_PROGRESS>COMPLETED by system']);
  });

  it.each([
    ['both', ['tutor', 'student'], 'COMPLETED', null],
    ['only the tutor', ['tutor'], 'NO_SHOW', 'STUDENT'],
    ['only the student', ['student'], 'NO_SHOW', 'TUTOR'],
    ['nobody', [], 'NO_SHOW', 'BOTH'],
  ] as const)('a lesson that %s came to has its outcome', async (_who, present, status, noShowParty) => {
    const { asTutor, asStudent, input, state } = await lessonFrom(30);
    for (const role of present) {
      const client = role === 'tutor' ? asTutor : asStudent;
      await client.data(joinLesson, { input });
      await client.data(leaveLesson, { input });
    }
    await app.deliver();
    expect((await state()).status).toBe('SCHEDULED');
    ahead = 61 * minute;
    await app.deliver();
    // By the clock of the future the tokens of now have expired.
    ahead = 0;
    expect(await state()).toEqual({ status, noShowParty, version: 2 });
  });

  it('a minute earlier, it is left alone', async () => {
    const { state } = await lessonFrom(89, { status: 'IN_PROGRESS' });
    await app.deliver();
    expect((await state()).version).toBe(1);
  });

  it('a no-show is told to both, and is live', async () => {
    const { tutor, student, lesson } = await lessonFrom(91);
    const { tutor: other } = await pairWithClients(app);
    const events = app.socket(student.accessToken).subscribe(
      `subscription ($id: ID) { lessonEvents(lessonId: $id) { __typename
        ... on LessonChanged { change lesson { noShowParty } } } }`,
      { id: lesson.id },
    );
    await events.next();
    await app.deliver();
    expect((await events.next()).lessonEvents).toEqual({
      __typename: 'LessonChanged',
      change: 'NO_SHOW',
      lesson: { noShowParty: 'BOTH' },
    });
    const told = await queued(app, [tutor.uuid, student.uuid, other.uuid]);
    expect(
      told.filter(({ eventType }) => eventType === 'lesson.no_show').map(({ userId }) => userId),
    ).toEqual(expect.arrayContaining([tutor.uuid, student.uuid]));
  });
});

describe('a request', () => {
  it('lapses at its start', async () => {
    const { asTutor, lesson, state } = await lessonFrom(1, { status: 'REQUESTED' });
    await app.deliver();
    expect((await state()).status).toBe('EXPIRED');
    expect(await historyOf(asTutor, lesson.id)).toEqual(['EXPIRED REQUESTED>EXPIRED by system']);
  });

  it('lapses after 48 hours', async () => {
    const { lesson, state } = await lessonFrom(-6_000, { status: 'REQUESTED' });
    await app.deliver();
    expect((await state()).status).toBe('REQUESTED');
    await app.foundation.database.sql(
      `UPDATE lesson SET created_at = now() - interval '48 hours' WHERE id = $1::uuid`,
      lesson.uuid,
    );
    await app.deliver();
    expect((await state()).status).toBe('EXPIRED');
  });
});

describe('two workers and two API processes on the same 1,000 lessons', () => {
  const pairs = 20;
  const perPair = 50;

  async function seedOverdue() {
    const school = await app.seed.school();
    const people = await Promise.all(Array.from({ length: pairs }, () => school.pair()));
    await app.foundation.database.sql(
      `INSERT INTO lesson (id, organization_id, tutor_id, student_id, title, starts_at, ends_at, status)
       SELECT uuidv7(), $1::uuid, pair.tutor, pair.student, 'Overdue', start, start + interval '1 hour',
              (ARRAY['SCHEDULED', 'IN_PROGRESS', 'REQUESTED'])[1 + n % 3]::lesson_status
         FROM unnest($2::uuid[], $3::uuid[]) AS pair (tutor, student)
        CROSS JOIN generate_series(1, $4::int) AS n
        CROSS JOIN LATERAL (SELECT now() - n * interval '2 hours' AS start) AS times`,
      school.organizationId,
      people.map(({ tutor }) => tutor.uuid),
      people.map(({ student }) => student.uuid),
      perPair,
    );
    const lessons = await app.foundation.database.sql<{ id: string; tutorId: string; status: string }>(
      `SELECT id::text AS id, tutor_id::text AS "tutorId", status::text AS status FROM lesson
        WHERE organization_id = $1::uuid ORDER BY random()`,
      school.organizationId,
    );
    return { school, people: new Map(people.map((pair) => [pair.tutor.uuid, pair])), lessons };
  }

  it('make each transition exactly once, in the history and in the events', async () => {
    const { school, people, lessons } = await seedOverdue();
    expect(lessons).toHaveLength(pairs * perPair);
    const { config } = app.foundation;
    const other = await openFoundation(config, createLogger({ level: 'silent', pretty: false }));
    const api = createApi(other);
    const { url } = await api.start();
    const workers = [app.foundation, other].map((foundation) =>
      createWorker(foundation, { sweepSeconds: 1 }),
    );
    try {
      const queue = [...lessons];
      const codes = new Set<string>();
      // Each lesson is acted on by both of its people, through both APIs, while the workers sweep.
      const act = async () => {
        for (let lesson = queue.pop(); lesson; lesson = queue.pop()) {
          const pair = people.get(lesson.tutorId);
          if (!pair) throw new Error('no such pair');
          const lessonId = encodeId('lesson', lesson.id);
          const [first, second] = {
            SCHEDULED: [cancelLesson, markNoShow],
            IN_PROGRESS: [completeLesson, markNoShow],
            REQUESTED: [declineRequest, cancelLesson],
          }[lesson.status] as [string, string];
          const input = (mutation: string) => ({
            input: { lessonId, ...(mutation === markNoShow ? { party: 'BOTH' } : {}) },
          });
          const answers = await Promise.all([
            createGraphqlClient(app.url, pair.tutor.accessToken).send(first, input(first)),
            createGraphqlClient(url, pair.student.accessToken).send(second, input(second)),
          ]);
          for (const { errors } of answers) codes.add(errors?.[0]?.extensions.code ?? 'ok');
        }
      };
      for (const worker of workers) worker.start();
      await Promise.all(Array.from({ length: 6 }, act));
      const open = () =>
        app.foundation.database.sql(
          `SELECT id FROM lesson WHERE organization_id = $1::uuid
              AND status IN ('REQUESTED', 'SCHEDULED', 'IN_PROGRESS')`,
          school.organizationId,
        );
      await eventually(open, (rows) => rows.length === 0, 30_000);
      expect([...codes].filter((code) => code !== 'ok')).toEqual(['LESSON_INVALID_TRANSITION']);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await api.stop();
      await other.stop();
    }

    const [counts] = await app.foundation.database.sql(
      `SELECT count(*)::int AS lessons, count(*) FILTER (WHERE version = 2)::int AS "changedOnce",
              count(*) FILTER (WHERE entries = 1)::int AS "writtenOnce",
              count(*) FILTER (WHERE events = 1)::int AS "toldOnce",
              sum(system)::int > 0 AND sum(system)::int < count(*) AS "bothActed"
         FROM (SELECT version,
                 (SELECT count(*) FROM lesson_history h WHERE h.lesson_id = l.id) AS entries,
                 (SELECT count(*) FROM lesson_history h WHERE h.lesson_id = l.id AND h.by_id IS NULL) AS system,
                 (SELECT count(*) FROM channel_event e WHERE e.channel = 'lesson:' || l.id
                     AND (e.payload ->> 'version')::int = l.version) AS events
                 FROM lesson l WHERE organization_id = $1::uuid) AS each`,
      school.organizationId,
    );
    const all = lessons.length;
    expect(counts).toEqual({
      lessons: all,
      changedOnce: all,
      writtenOnce: all,
      toldOnce: all,
      bothActed: true,
    });
    const [events] = await app.foundation.database.sql(
      `SELECT count(*)::int AS n FROM channel_event e JOIN app_user u ON e.channel = 'lessons:' || u.id
        WHERE u.organization_id = $1::uuid AND u.role = 'TUTOR'`,
      school.organizationId,
    );
    expect(events).toEqual({ n: all });
  }, 120_000);
});
