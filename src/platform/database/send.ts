import pg from 'pg';
import { presentWork, type Work } from '../tracing/work.js';
import type { StatementObserver } from './observed-client.js';
import type { PreparedStatement, StatementDone } from './prepared-statement.js';

/** Sends a statement over a connection that the caller has, for the work that is told or present, and tells once how it ended. */
export type SendStatement = (
  client: pg.ClientBase,
  statement: PreparedStatement,
  done: StatementDone,
  work?: Work,
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
  // Now: the result arrives on the socket's behalf, which is nobody's work.
  return (client, statement, done, work = presentWork()) => {
    const { text } = statement;
    const start = performance.now();
    query.call(client, statement, (failure, rows) => {
      observe({ text, start, milliseconds: performance.now() - start, failed: Boolean(failure), work });
      done(failure, rows);
    });
  };
}
