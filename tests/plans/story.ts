import type { Shape } from '../../scripts/fill/shape.js';
import { recordPlans } from '../../scripts/plans/plan-recorder.js';
import { createStatementLog, type SeenStatement } from '../../scripts/plans/statement-log.js';
import { startApp } from '../testkit/start-app.js';
import { execute, type TestDatabase } from '../testkit/test-database.js';
import { createActors } from './actors.js';
import { accountsStory } from './story-accounts.js';
import { backgroundStory, exportStory } from './story-background.js';
import { chatsStory } from './story-chats.js';
import { classroomsStory } from './story-classrooms.js';
import { lessonsStory } from './story-lessons.js';
import { moderationStory } from './story-moderation.js';
import { notificationsStory } from './story-notifications.js';

/** Lets people, admins and the worker do everything once on a filled database; gives the statements that this took. */
export async function tellStory(database: TestDatabase, shape: Shape): Promise<readonly SeenStatement[]> {
  const large = await largeTables(database.url, shape);
  const log = createStatementLog(() => large);
  const stopRecording = await recordPlans(database.url, log.add);
  const app = await startApp({ database });
  try {
    log.watch(app.foundation.database);
    const actors = createActors(app, shape);
    const [tutor, student] = [await actors.tutor(0), await actors.student(0)];
    const [stranger, colleague, admin] = [
      await actors.tutor(1),
      await actors.tutor(2),
      await actors.admin(0),
    ];
    const school = await app.seed.school();
    await lessonsStory(tutor, student, admin);
    await chatsStory(tutor, student, stranger);
    await classroomsStory(tutor, student, colleague, admin);
    await moderationStory(database.url, tutor, student, admin);
    await notificationsStory(app, tutor, student, admin);
    await accountsStory(app, actors, school, admin, tutor);
    await exportStory(app, tutor);
    await backgroundStory(app, student, admin);
    return log.seen();
  } finally {
    stopRecording();
    await app.stop();
  }
}

/** Tables of which reading all is a fault. */
async function largeTables(databaseUrl: string, { otherRows }: Shape): Promise<ReadonlySet<string>> {
  const tables = await execute<{ name: string }>(
    databaseUrl,
    `SELECT relname AS name FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= $1`,
    [otherRows / 5],
  );
  return new Set(tables.map(({ name }) => name));
}
