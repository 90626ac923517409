import { eventually } from '../testkit/eventually.js';
import type { TestApp } from '../testkit/start-app.js';
import type { Actor } from './actors.js';

/** What no request does: the worker's claims, retries and rescues, its sweep and its removal of what is old. */
export async function backgroundStory(app: TestApp, admin: Actor): Promise<void> {
  const { database } = app.foundation;
  await database.sql(
    `UPDATE notification_queue_item SET run_at = now() - interval '1 hour' WHERE id IN (
       SELECT id FROM notification_queue_item WHERE status = 'PENDING' ORDER BY run_at LIMIT 20)`,
  );
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
  await worker.stop();
}

/** A history by token and by link. */
export async function exportStory(app: TestApp, person: Actor, roomId: string): Promise<void> {
  const { url, export: made } = await person.change('createRoomExport', { roomId });
  await (await fetch(url.replace(/^https?:\/\/[^/]+/, app.origin))).text();
  await person.ask('roomExport', { id: made.id });
  const headers = { authorization: `Bearer ${person.token}` };
  await (await fetch(`${app.origin}/exports/rooms/${roomId}`, { headers })).text();
}
