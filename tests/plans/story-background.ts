import { idOf } from '../../scripts/fill/shape.js';
import { comparePlaces } from '../../src/channels/log.js';
import { removeSubscription } from '../../src/modules/notifications/push/store.js';
import { disableEndpoint } from '../../src/modules/notifications/webhooks/store.js';
import { leave } from '../../src/modules/presence/store.js';
import { cancelItem } from '../../src/queue/sql/cancel.js';
import { eventually } from '../testkit/eventually.js';
import type { TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';
import { type Actor, idOfRow } from './actors.js';

/** What no request does: the worker's claims, retries and rescues, a digest, its sweep and its removal of what is old. */
export async function backgroundStory(app: TestApp, student: Actor, admin: Actor): Promise<void> {
  await makeDue(app, student);
  await app.deliver();
  const worker = app.worker({ sweepSeconds: 1 });
  worker.start();
  await worker.depth();
  await eventually(
    async () => (await admin.ask('notificationQueueStats')).processing,
    (count) => count === 0,
    60_000,
  );
  await worker.retryFailed();
  await eventually(
    () =>
      execute(
        app.databaseUrl,
        `SELECT FROM chat_message WHERE created_at < now() - interval '15 years' LIMIT 1`,
      ),
    (forgotten) => forgotten.length === 0,
    60_000,
  );
  await worker.stop();
  await fetch(`${app.origin}/metrics`);
  await whatOthersCause(app);
}

/** Some items that wait for a later time, one that must be processed alone, and the digest of somebody. */
async function makeDue({ databaseUrl }: TestApp, { uuid }: Actor): Promise<void> {
  const school = idOf('organization', 0);
  await execute(
    databaseUrl,
    `UPDATE notification_queue_item SET run_at = now() - interval '1 hour', lost_leases = CASE id WHEN $1::uuid THEN 2 ELSE 0 END
      WHERE id = ANY ($2::uuid[])`,
    [idOf('item', 0), Array.from({ length: 20 }, (_, n) => idOf('item', n * 50))],
  );
  await execute(
    databaseUrl,
    `UPDATE notification SET digest_at = now() - interval '1 minute' WHERE user_id = $1 AND digest_at IS NOT NULL`,
    [uuid],
  );
  await execute(
    databaseUrl,
    `INSERT INTO notification_queue_item (id, organization_id, user_id, event_type, channel, payload)
     VALUES (uuidv7(), $1, $2, 'notification.digest', 'EMAIL', '{}')`,
    [school, uuid],
  );
}

/** What push services and webhooks make us do when they are gone, the end of a grace, a lost connection, and the withdrawal of an item. */
async function whatOthersCause({ foundation: { database } }: TestApp): Promise<void> {
  const school = idOf('organization', 0);
  await removeSubscription(database, school, idOf('push', 0));
  await disableEndpoint(database, school, idOf('endpoint', 0));
  await leave(database, idOf('node', 0), {
    organizationId: school,
    roomId: idOf('lesson', 0),
    userId: idOf('user', 0),
  });
  await comparePlaces(database, [{ channel: `lesson:${idOf('lesson', 0)}`, seq: 1, tag: '0' }]);
  await cancelItem(database, idOf('item', 5_000), 'It is not wanted any more.');
}

/** A history by token and by link. */
export async function exportStory(app: TestApp, person: Actor): Promise<void> {
  const roomId = idOfRow('relation', 0);
  const { url, export: made } = await person.change('createRoomExport', { roomId });
  await (await fetch(url.replace(/^https?:\/\/[^/]+/, app.origin))).text();
  await person.ask('roomExport', { id: made.id });
  const headers = { authorization: `Bearer ${person.token}` };
  await (await fetch(`${app.origin}/exports/rooms/${roomId}`, { headers })).text();
}
