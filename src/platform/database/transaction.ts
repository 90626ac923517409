import pg from 'pg';
import { presentWork } from '../tracing/work.js';
import { type Beginning, firstBeginning, PreparedStatement } from './prepared-statement.js';
import { type SendStatement, sendUnseen } from './send.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A connection of the pool, and how it goes back. */
export interface PooledConnection {
  readonly client: pg.ClientBase;
  readonly send: SendStatement;
  /** Gives it back; with an error it is ended instead. */
  release(error?: Error): void;
}

/** It has taken too long: told like any connection that timed out. */
class TransactionTimeout extends Error {
  override readonly name = 'TransactionTimeout';
  readonly code = 'ETIMEDOUT';
}

/**
 * Runs `work` in one transaction on the connection and gives the connection back. BEGIN goes out with the first statement
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY); without one there is no transaction.
 * @param withinMs after which it is rolled back and fails, whatever `work` waits for.
 */
export async function inTransaction<T>(
  connection: PooledConnection,
  withinMs: number,
  work: (tx: UnitOfWork) => Promise<T>,
): Promise<T> {
  const beginning: Beginning = { sent: false };
  const hooks: (() => void)[] = [];
  /** Why the connection can be used no more: what failed was not the statement. */
  let broken: Error | null = null;
  let isOver = false;

  /** Whether a statement is under way, and those that wait for it: pg gives up a queue of its own with version 9. */
  let isBusy = false;
  const waiting: (() => void)[] = [];

  const send = (statement: PreparedStatement, by = connection.send) =>
    new Promise<unknown[]>((resolve, reject) => {
      const work = presentWork();
      const sendNow = () => {
        isBusy = true;
        by(
          connection.client,
          statement,
          (failure, rows) => {
            isBusy = false;
            if (failure && !(failure instanceof pg.DatabaseError)) broken = failure;
            if (failure) reject(failure);
            else resolve(rows);
            waiting.shift()?.();
          },
          work,
        );
      };
      if (isBusy) waiting.push(sendNow);
      else sendNow();
    });

  const tx: UnitOfWork = {
    sql<Row>(text: string, ...values: unknown[]) {
      if (isOver) return Promise.reject(new Error('a statement came after the end of its transaction'));
      return send(new PreparedStatement(text, values, beginning)) as Promise<Row[]>;
    },
    afterCommit: (hook) => void hooks.push(hook),
  };

  async function beginFirst(first: PreparedStatement): Promise<void> {
    await send(first, sendUnseen);
    beginning.sent = true;
  }

  async function commit(): Promise<void> {
    const statement = new PreparedStatement('COMMIT', []);
    await send(statement);
    // PostgreSQL does not refuse to commit what has failed.
    if (statement.tag !== 'COMMIT')
      throw new Error('a statement had failed, and its transaction was to be committed');
  }

  async function rollBack(): Promise<void> {
    if (broken || !beginning.sent) return;
    await send(new PreparedStatement('ROLLBACK', [])).catch((error: unknown) => {
      broken ??= error as Error;
    });
  }

  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // Not by ROLLBACK, which would wait behind whatever is under way.
      broken = new TransactionTimeout(`a transaction was not over within ${withinMs} ms`);
      reject(broken);
    }, withinMs);
  });

  let result: T;
  try {
    const first = firstBeginning(connection.client);
    result = await Promise.race([first ? beginFirst(first).then(() => work(tx)) : work(tx), late]);
    isOver = true;
    if (beginning.sent) await commit();
  } catch (error) {
    isOver = true;
    await rollBack();
    connection.release(broken ?? undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  connection.release();
  for (const hook of hooks) hook();
  return result;
}
