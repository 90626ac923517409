import pg from 'pg';
import type { Work } from '../tracing/work.js';
import type { StatementObserver } from './observed-client.js';
import type { PreparedStatement, StatementDone } from './prepared-statement.js';

/**
 * Sends a statement over a connection that the caller has, and tells once how it ended.
 * @param work what it is for: whoever waits for a connection is called on behalf of others.
 */
export type SendStatement = (
  client: pg.ClientBase,
  statement: PreparedStatement,
  done: StatementDone,
  work: Work | undefined,
) => void;

/** What a client of pg does with a statement that submits itself. It is observed here, and not by the client as well. */
const query = pg.Client.prototype.query as unknown as (
  this: pg.ClientBase,
  statement: PreparedStatement,
  done: StatementDone,
) => void;

/** Sends a statement of which nobody is told. */
export const sendUnseen: SendStatement = (client, statement, done) =>
  void query.call(client, statement, done);

/** Makes the function by which all statements of ours go out. */
export function createSender(observe: StatementObserver | undefined): SendStatement {
  if (!observe) return sendUnseen;
  return (client, statement, done, work) => {
    const { text } = statement;
    const start = performance.now();
    query.call(client, statement, (failure, rows) => {
      observe({ text, start, milliseconds: performance.now() - start, failed: Boolean(failure), work });
      done(failure, rows);
    });
  };
}
