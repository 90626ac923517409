import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../logger.js';
import { presentWork } from '../tracing/work.js';
import { columnTypes } from './column-types.js';
import { isRetryable } from './failures.js';
import { AttributedPool, observedClient, type StatementObserver } from './observed-client.js';
import { PreparedStatement, type StatementDone } from './prepared-statement.js';
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

/** What a client of pg does with a statement that submits itself. It is observed here, and not by the client as well. */
const send = pg.Client.prototype.query as unknown as (
  this: pg.ClientBase,
  statement: PreparedStatement,
  done: StatementDone,
) => void;

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
    transactionOptions: { maxWait: waitMs, timeout: 10_000 },
  });

  function run(text: string, values: unknown[], attempt: number, settle: StatementDone): void {
    pool.connect((error, client, release) => {
      if (error || !client) return settle(error, []);
      const start = observe ? performance.now() : 0;
      const work = observe && presentWork();
      const done: StatementDone = (failure, rows) => {
        observe?.({ text, start, milliseconds: performance.now() - start, failed: Boolean(failure), work });
        release(failure ?? undefined);
        if (failure && attempt < attempts && isRetryable(failure)) run(text, values, attempt + 1, settle);
        else settle(failure, rows);
      };
      try {
        send.call(client, new PreparedStatement(statementName(text), text, values), done);
      } catch (thrown) {
        release(true);
        settle(thrown as Error, []);
      }
    });
  }

  /** One promise, whatever happens: on Node.js 20 and 22 each more is paid for with every statement. */
  function sql<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      run(text, values, 1, (failure, rows) => (failure ? reject(failure) : resolve(rows as Row[])));
    });
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
    sql,
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
