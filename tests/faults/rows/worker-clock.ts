import { freePort } from '../../../src/platform/embedded-postgres/port.js';
import { newId } from '../../../src/shared/ids.js';
import { eventually } from '../../testkit/eventually.js';
import { scrape } from '../../testkit/scrape.js';
import type { Figures } from '../figures.js';
import type { FaultSystem } from '../system.js';

const hour = 3_600_000;
const minute = 60_000;

/** Items that are due now, and as many that are due later. */
const items = 20;
const laterMs = 4_000;

/**
 * A worker whose clock is an hour off: nothing is sent before it is due or long after, nothing twice, and lessons end
 * when they end.
 */
export async function workerClock(system: FaultSystem, shiftMs: number, figures: Figures): Promise<void> {
  const school = await system.seed.school();
  const { tutor, student } = await school.pair();
  const lessons = await school.lessons(tutor, student, items);
  const at = (minutes: number) => new Date(Date.now() + minutes * minute);
  const overdue = await school.lesson(tutor, student, { startsAt: at(-95) });
  const others = await school.pair();
  const running = await school.lesson(others.tutor, others.student, { startsAt: at(-50) });
  const third = await school.pair();
  const soon = await school.lesson(third.tutor, third.student, { startsAt: at(20) });

  const enqueue = (userId: string, eventType: string, payload: object, runInMs: number) =>
    system.database.sql(
      `INSERT INTO notification_queue_item (id, organization_id, user_id, event_type, payload, run_at)
       VALUES ($1, $2, $3, $4, $5, now() + $6::int * interval '1 millisecond')`,
      ...[newId(), school.organizationId, userId, eventType, JSON.stringify(payload), runInMs],
    );
  const announcement = (n: number) => ({
    announcementId: newId(),
    authorId: tutor.uuid,
    title: `${n}`,
    body: '',
  });
  for (const { uuid } of lessons)
    await enqueue(student.uuid, 'lesson.scheduled', { lessonId: uuid, version: 1, actorId: tutor.uuid }, 0);
  const reminder = {
    lessonId: soon.uuid,
    version: 1,
    startsAt: soon.startsAt.toISOString(),
    minutesBefore: 15,
  };
  await enqueue(third.student.uuid, 'lesson.starting_soon', reminder, 0);

  const metricsPort = await freePort();
  const worker = system.startWorker({
    node: ['--import', './tests/faults/shift-clock.mjs'],
    env: { CLOCK_SHIFT_MS: String(shiftMs), WORKER_METRICS_PORT: String(metricsPort) },
  });
  const ofSchool = (condition: string) =>
    system.count(
      `SELECT count(*) FROM notification_queue_item AS item WHERE organization_id = $1 AND channel IS NULL AND ${condition}`,
      school.organizationId,
    );
  const status = (id: string) =>
    system.count(`SELECT count(*) FROM lesson WHERE id = $1 AND status = 'SCHEDULED'`, id);
  const none = (condition: string) =>
    eventually(
      () => ofSchool(condition),
      (count) => count === 0,
      20_000,
    ).catch(() => {});
  await none('finished_at IS NULL');
  for (let n = 0; n < items; n++) await enqueue(tutor.uuid, 'announcement', announcement(n), laterMs);
  await none('finished_at IS NULL');
  await eventually(
    () => status(overdue.uuid),
    (open) => open === 0,
    20_000,
  ).catch(() => {});
  const told = (user: string, type: string) =>
    system.count('SELECT count(*) FROM notification WHERE user_id = $1 AND type = $2', user, type);
  figures.none('sent before it was due', await ofSchool('finished_at < run_at'));
  figures.none('not sent', await ofSchool('finished_at IS NULL'));
  const latest = await system.count(
    `SELECT max(extract(epoch FROM finished_at - run_at)) * 1000 FROM notification_queue_item
      WHERE organization_id = $1 AND channel IS NULL AND event_type = 'announcement'`,
    school.organizationId,
  );
  figures.bounded('the latest of 20 after it was due', latest, 'ms', 3_000);
  figures.none(
    'lost or double',
    Math.abs((await told(student.uuid, 'lesson.scheduled')) - items) +
      Math.abs((await told(tutor.uuid, 'announcement')) - items) +
      Math.abs((await told(third.student.uuid, 'lesson.starting_soon')) - 1),
  );
  figures.none('lessons that were ended early', (await status(running.uuid)) === 1 ? 0 : 1);
  figures.none('lessons that were ended late', await status(overdue.uuid));
  const { series } = await scrape(`http://127.0.0.1:${metricsPort}`);
  const waits = (most: string) =>
    series
      .filter(({ name, labels: { le } }) => name === 'queue_wait_seconds_bucket' && le === most)
      .reduce((sum, { value }) => sum + value, 0);
  // By the wrong clock they would be an hour long.
  figures.none('waits of more than half an hour in its metrics', waits('+Inf') - waits('1800'));
  worker.child.kill('SIGKILL');
  await worker.ended;
}

/** Both ways. */
export const clockShifts = [hour, -hour] as const;
