import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { type Prisma, PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../logger.js';
import { columnTypes } from './column-types.js';
import { isRetryable } from './failures.js';
import { AttributedPool, observedClient, type StatementObserver } from './observed-client.js';
import { watchPulse } from './pulse.js';

/** What a query runs on: the database itself, or the unit of work that is under way. */
export interface Queryable {
  readonly prisma: Prisma.TransactionClient;
  /** Runs one statement and gives its rows. Outside a transaction it is prepared, on the same pool as Prisma. */
  sql<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
}

/** One transaction: everything in it is committed, or nothing is. */
export interface UnitOfWork extends Queryable {
  /** Runs after the commit; never when the transaction failed. A hook must not throw. */
  afterCommit(hook: () => void): void;
}

/** The one way to the data: a single pool under Prisma and hand-written statements. */
export interface Database extends Queryable {
  readonly prisma: PrismaClient;
  /**
   * Runs `work` at READ COMMITTED. A deadlock or a serialization failure is run again, three times at most,
   * so `work` must have no effect outside the transaction except through `afterCommit`.
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
    // Prisma's adapter takes every timestamptz for UTC, whatever offset the server writes.
    options:
      '-c TimeZone=UTC -c plan_cache_mode=force_generic_plan -c lock_timeout=2000 -c statement_timeout=9000 -c idle_in_transaction_session_timeout=15000',
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
    transactionOptions: { maxWait: waitMs, timeout: 10_000 },
  });

  async function sql<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    const result = await pool.query<Row & pg.QueryResultRow>({ name: statementName(text), text, values });
    return result.rows;
  }

  async function once<T>(work: (tx: UnitOfWork) => Promise<T>): Promise<T> {
    const hooks: (() => void)[] = [];
    const result = await prisma.$transaction((client) =>
      work({
        prisma: client,
        sql: (text, ...values) => client.$queryRawUnsafe(text, ...values),
        afterCommit: (hook) => hooks.push(hook),
      }),
    );
    for (const hook of hooks) hook();
    return result;
  }

  return {
    prisma,
    sql: (text, ...values) => retrying(() => sql(text, ...values)),
    transaction: (work) => retrying(() => once(work)),
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

/** Statements with the same text share one plan on a connection; the texts are ours, so their number is bounded. */
const names = new Map<string, string>();

function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url');
    if (names.size < 2_000) names.set(text, name);
  }
  return name;
}
