import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../logger.js';
import { presentWork, type Work } from '../tracing/work.js';
import { columnTypes } from './column-types.js';
import { isRetryable } from './failures.js';
import { AttributedPool, observedClient, type StatementObserver } from './observed-client.js';
import { PreparedStatement, type StatementDone, statementName } from './prepared-statement.js';
import { watchPulse } from './pulse.js';
import { createSender } from './send.js';
import { inTransaction, type PooledConnection } from './transaction.js';
import type { Queryable, UnitOfWork } from './unit-of-work.js';

export type { Queryable, UnitOfWork } from './unit-of-work.js';

/** The one way to the data: a single pool under Prisma and hand-written statements. */
export interface Database extends Queryable {
  /** For single rows, each statement by itself. */
  readonly prisma: PrismaClient;
  /**
   * Runs `work` at READ COMMITTED. A deadlock or a serialization failure is run again, three times at most,
   * so `work` must have no effect outside the transaction except through `afterCommit`. It fails with what `work`
   * fails with, and after ten seconds.
   */
  transaction<T>(work: (tx: UnitOfWork) => Promise<T>): Promise<T>;
  /** Connections of the pool: in all, idle, and callers that wait for one. */
  poolUse(): { readonly total: number; readonly idle: number; readonly waiting: number };
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Connections at most. */
  readonly poolSize?: number;
  /** How long a caller waits for a connection, in milliseconds, before it is told SERVICE_UNAVAILABLE. */
  readonly waitMs?: number;
  readonly observe?: StatementObserver;
}

const attempts = 4;

/** A transaction takes this long at most, in milliseconds: what it has locked is waited for by others. */
const transactionMs = 10_000;

/** What holds on each connection, whatever the server's own settings are. */
const sessionOptions = [
  // Prisma's adapter takes every timestamptz for UTC, whatever offset the server writes.
  ...[
    'TimeZone=UTC',
    'lock_timeout=2000',
    'statement_timeout=9000',
    'idle_in_transaction_session_timeout=15000',
  ],
  // Statements are planned once for each connection: a plan for the very values often takes longer than to run it.
  'plan_cache_mode=force_generic_plan',
  // What is asked for is in memory or on an SSD: a page is read by its index in order, not gathered whole and sorted.
  'random_page_cost=1.1',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Opens the pool (lazily: the first query connects). */
export function createDatabase({
  url,
  logger,
  poolSize = 10,
  waitMs = 2_000,
  observe,
}: DatabaseOptions): Database {
  const pool = new AttributedPool({
    connectionString: url,
    max: poolSize,
    // A frozen server answers nothing at all: every wait has an end, or callers hang for ever.
    connectionTimeoutMillis: waitMs,
    query_timeout: 10_000,
    options: sessionOptions,
    // A connection that the network has forgotten is found within twenty seconds.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: columnTypes,
    ...(observe ? { Client: observedClient(observe) } : {}),
  });
  // A connection may break between two owners, when neither listens; the error shows in whatever uses it next.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle database connection was lost'));
  const pulse = watchPulse({
    pool,
    connectionString: url,
    answerWithinMs: Math.max(1_000, 0.75 * waitMs),
    onChange: (silent) =>
      logger.warn(silent ? 'the database does not answer at all' : 'the database answers again'),
  });
  pool.refusal = pulse.failure;

  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => statementName(sql) }),
    transactionOptions: { maxWait: waitMs, timeout: transactionMs },
  });

  const send = createSender(observe);

  function run(
    text: string,
    values: unknown[],
    attempt: number,
    settle: StatementDone,
    work: Work | undefined,
  ): void {
    pool.lend((error, client, release) => {
      if (error || !client) return settle(error, []);
      const done: StatementDone = (failure, rows) => {
        release(failure ?? undefined);
        if (failure && attempt < attempts && isRetryable(failure))
          run(text, values, attempt + 1, settle, work);
        else settle(failure, rows);
      };
      send(client, new PreparedStatement(text, values), done, work);
    });
  }

  /** One promise, whatever happens: on Node.js 20 and 22 each more is paid for with every statement. */
  function sql<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const settle: StatementDone = (failure, rows) => (failure ? reject(failure) : resolve(rows as Row[]));
      run(text, values, 1, settle, observe && presentWork());
    });
  }

  const connect = () =>
    new Promise<PooledConnection>((resolve, reject) => {
      pool.lend((error, client, release) => {
        if (client) resolve({ client, send, release });
        else reject(error);
      });
    });

  return {
    prisma,
    sql,
    transaction: (work) => retrying(async () => inTransaction(await connect(), transactionMs, work)),
    poolUse: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    stop: async () => {
      pulse.stop();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function retrying<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}
