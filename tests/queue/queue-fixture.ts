import { z } from 'zod';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPostgresSignals, type Signals } from '../../src/platform/signals/postgres-signals.js';
import { createNotificationQueue, type NotificationQueue } from '../../src/queue/queue.js';
import { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from '../../src/queue/worker.js';
import { newId } from '../../src/shared/ids.js';
import { eventually } from '../testkit/eventually.js';
import { createTestDatabase } from '../testkit/test-database.js';

export const schemas = {
  'test.counted': z.object({ n: z.int() }),
  'test.told': z.object({ text: z.string().max(20) }),
};
export type TestSchemas = typeof schemas;
export type TestQueue = NotificationQueue<TestSchemas>;
export type TestHandlers = QueueWorkerOptions<TestSchemas>['handlers'];

/** A row of the queue as the tests look at it. */
export interface QueueRow {
  readonly id: string;
  readonly organization_id: string;
  readonly user_id: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly lost_leases: number;
  readonly errors: readonly { at: string; message: string }[];
  readonly reason: string | null;
  readonly payload: unknown;
  readonly priority: number;
  /** Seconds from the database's now until it is due. */
  readonly due_in: number;
}

/** A database, a queue and as many workers as a test asks for; `close` ends them all. */
export interface QueueTest {
  readonly database: Database;
  readonly signals: Signals;
  /** The signals of another process. */
  otherSignals(): Promise<Signals>;
  readonly queue: TestQueue;
  readonly organizationId: string;
  readonly userId: string;
  worker(handlers: TestHandlers, options?: Partial<QueueWorkerOptions<TestSchemas>>): QueueWorker;
  row(id: string): Promise<QueueRow>;
  /** Resolves with the row once it is in this state. */
  until(id: string, status: string, milliseconds?: number): Promise<QueueRow>;
  /** Lets time pass for every pending item. */
  makeDue(): Promise<void>;
  /** Lets time pass for every lease. */
  expireLeases(): Promise<void>;
  /** Empties the queue. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export const organizationId = '01900000-0000-7000-8000-000000000001';

export async function openQueueTest(): Promise<QueueTest> {
  const test = await createTestDatabase();
  const logger = createLogger({ level: 'silent', pretty: false });
  const database = createDatabase({ url: test.url, logger });
  const newSignals = () => createPostgresSignals({ directUrl: test.url, database, logger });
  const signals = newSignals();
  await signals.start();
  const others: Signals[] = [];
  const workers: QueueWorker[] = [];
  const userId = newId();
  await database.sql(
    `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
     VALUES ($1, $2, 'student@example.org', '', 'Student', 'STUDENT')`,
    userId,
    organizationId,
  );

  async function row(id: string): Promise<QueueRow> {
    const [found] = await database.sql<QueueRow>(
      `SELECT *, extract(epoch FROM run_at - now())::float8 AS due_in FROM notification_queue_item WHERE id = $1`,
      id,
    );
    if (!found) throw new Error(`there is no item ${id}`);
    return found;
  }

  return {
    database,
    signals,
    async otherSignals() {
      const other = newSignals();
      others.push(other);
      await other.start();
      return other;
    },
    queue: createNotificationQueue({ database, signals, schemas }),
    organizationId,
    userId,
    worker(handlers, options = {}) {
      const worker = createQueueWorker({ database, signals, logger, schemas, handlers, ...options });
      workers.push(worker);
      return worker;
    },
    row,
    until: (id, status, milliseconds) =>
      eventually(
        () => row(id),
        (found) => found.status === status,
        milliseconds,
      ),
    async makeDue() {
      await database.sql(
        `UPDATE notification_queue_item SET run_at = now() - interval '1 second' WHERE status = 'PENDING'`,
      );
    },
    async expireLeases() {
      await database.sql(
        `UPDATE notification_queue_item SET lease_until = now() - interval '1 second' WHERE status = 'PROCESSING'`,
      );
    },
    async clear() {
      await database.sql('DELETE FROM notification_queue_item');
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all([signals, ...others].map((one) => one.stop()));
      await database.stop();
      await test.drop();
    },
  };
}
