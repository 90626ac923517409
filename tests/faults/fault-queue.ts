import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createDatabase, type Database } from '../../src/platform/database/database.js';
import { createLogger } from '../../src/platform/logger.js';
import { createNotificationQueue } from '../../src/queue/queue.js';
import { organizationId } from '../queue/queue-fixture.js';
import { eventually } from '../testkit/eventually.js';

/** Half of the items are delivered to a receiver outside, half have their effect in our own database. */
export const faultSchemas = {
  'fault.delivered': z.object({ n: z.int() }),
  'fault.committed': z.object({ n: z.int() }),
};

/** Leases that are lost within a second, so that hundreds of losses take minutes. */
export const faultTiming = { leaseSeconds: 1, heartbeatSeconds: 0.25 };

/** A queue under attack, and what it must have kept at the end. */
export interface FaultQueue {
  readonly database: Database;
  /** Adds items. */
  fill(items: number): Promise<void>;
  /** Starts a worker; `onHandled` is called while it is in the middle of each of its items. */
  startWorker(onHandled?: () => void): ChildProcess;
  /** Notes what is finished. */
  witness(): Promise<void>;
  /** Resolves when nothing is unfinished. */
  drained(): Promise<void>;
  /** What is wrong at the end: nothing, in each list. */
  verdict(): Promise<Verdict>;
  close(): Promise<void>;
}

/** Ids of items for which a promise was broken, and the number of repeats that were allowed. */
export interface Verdict {
  readonly lost: readonly string[];
  /** Items that are not in the queue any more. */
  readonly missing: number;
  readonly failed: readonly string[];
  readonly changedAfterFinish: readonly string[];
  readonly effectsNotOnce: readonly string[];
  readonly repeatedWithoutFault: readonly string[];
  readonly repeats: number;
}

const workerFile = fileURLToPath(new URL('worker-process.ts', import.meta.url));

/** Fills a queue with `items` and starts the receiver. */
export async function openFaultQueue(url: string, items: number): Promise<FaultQueue> {
  const logger = createLogger({ level: 'silent', pretty: false });
  const database = createDatabase({ url, logger });
  await database.sql('CREATE TABLE effect (id uuid NOT NULL)');
  await database.sql('CREATE INDEX ON effect (id)');
  await database.sql(
    'CREATE TABLE witness (id uuid PRIMARY KEY, status text NOT NULL, attempts int NOT NULL, finished_at timestamptz)',
  );
  const queue = createNotificationQueue({ database, signals: { send() {} }, schemas: faultSchemas });
  const ids: string[] = [];
  async function fill(count: number): Promise<void> {
    const enqueued = await queue.enqueueBatch(
      Array.from({ length: count }, (_, n) => ({
        eventType: n % 2 ? ('fault.delivered' as const) : ('fault.committed' as const),
        organizationId,
        payload: { n },
      })),
    );
    ids.push(...enqueued);
  }
  await fill(items);

  const deliveries = new Map<string, number>();
  const handlers = new Map<number, () => void>();
  const workers: ChildProcess[] = [];
  const receiver = createServer((request, response) => {
    const [, pid, id] = (request.url ?? '').split('/');
    if (id) deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
    handlers.get(Number(pid))?.();
    // A delivery takes its time, so that faults find some of them under way.
    setTimeout(() => response.end(), Math.random() * 10);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

  const idsWhere = async (condition: string) => {
    const rows = await database.sql<{ id: string }>(
      `SELECT id FROM notification_queue_item AS item WHERE ${condition}`,
    );
    return rows.map(({ id }) => id);
  };

  return {
    database,
    fill,
    startWorker(onHandled) {
      const child = spawn(process.execPath, ['--import', 'tsx', workerFile, url, receiverUrl], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (child.pid && onHandled) handlers.set(child.pid, onHandled);
      workers.push(child);
      return child;
    },
    async witness() {
      await database.sql(
        `INSERT INTO witness SELECT id, status, attempts, finished_at FROM notification_queue_item
          WHERE finished_at IS NOT NULL ON CONFLICT DO NOTHING`,
      );
    },
    drained: async () => {
      const unfinished = async () => {
        // Not in every turn of the loop: to be asked is work, too.
        await pause(200);
        const [row] = await database.sql<{ n: number }>(
          'SELECT count(*)::int AS n FROM notification_queue_item WHERE finished_at IS NULL',
        );
        return row?.n;
      };
      await eventually(
        () => unfinished().catch(() => 'the database does not answer'),
        (left) => left === 0,
        600_000,
      );
    },
    async verdict() {
      const repeated = [...deliveries].filter(([, times]) => times > 1).map(([id]) => id);
      // Only what a worker had in its hands when it died or froze has lost a lease.
      const mayRepeat = new Set(await idsWhere('lost_leases > 0'));
      return {
        lost: (await idsWhere(`event_type = 'fault.delivered'`)).filter((id) => !deliveries.has(id)),
        missing: ids.length - (await idsWhere('true')).length,
        failed: await idsWhere(`status <> 'COMPLETED'`),
        changedAfterFinish: await idsWhere(
          `EXISTS (SELECT 1 FROM witness
                    WHERE witness.id = item.id AND (witness.status, witness.attempts, witness.finished_at)
                          IS DISTINCT FROM (item.status::text, item.attempts::int, item.finished_at))`,
        ),
        effectsNotOnce: await idsWhere(
          `event_type = 'fault.committed' AND (SELECT count(*) FROM effect WHERE effect.id = item.id) <> 1`,
        ),
        repeatedWithoutFault: repeated.filter((id) => !mayRepeat.has(id)),
        repeats: [...deliveries.values()].reduce((sum, times) => sum + times - 1, 0),
      };
    },
    async close() {
      for (const child of workers) child.kill('SIGKILL');
      receiver.closeAllConnections();
      receiver.close();
      await database.stop();
    },
  };
}

/** A verdict without any fault. */
export const nothingWrong = {
  lost: [],
  missing: 0,
  failed: [],
  changedAfterFinish: [],
  effectsNotOnce: [],
  repeatedWithoutFault: [],
};

/** Resolves when the process has ended. */
export const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));
