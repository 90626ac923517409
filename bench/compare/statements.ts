import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { askOnce, type Measuring } from './measure.js';
import type { Operation, OperationName } from './operations.js';
import { bodiesOf, type Server } from './servers.js';

/** What PostgreSQL was told for one request. */
export interface Told {
  readonly operation: OperationName;
  readonly contender: string;
  /** Rows in the answer; null where there is one. */
  readonly rows: number | null;
  readonly statements: readonly string[];
}

/** Begins each line of the log; what follows without it belongs to the same statement. */
export const logLinePrefix = '@@%p@@ ';
const entry = /@@\d+@@ /;
/** Asked on a timer by each API of Lectern, whatever a request does. */
const housekeeping = /pg_snapshot_xmin|application_name/;
/** What Lectern tells other processes of a change goes out a moment after the answer. */
const afterwardsMs = 150;

/** Every statement that a log has, as one line each. */
function statementsIn(log: string): string[] {
  return log.split(entry).flatMap((text) => {
    const statement = /^LOG: +(?:statement|execute [^:]*): ([\s\S]*)$/.exec(text)?.[1];
    if (statement === undefined || housekeeping.test(statement)) return [];
    return [statement.replace(/\s+/g, ' ').trim()];
  });
}

/** Asks each server once for pages of these lengths and gives what the server of the database wrote down of it. */
export async function readStatements(
  measuring: Measuring,
  servers: readonly Server[],
  operation: Operation,
  { logFile, placeOf }: { readonly logFile: string; readonly placeOf: (server: Server) => number },
): Promise<Told[]> {
  const { databaseUrl, data } = measuring.place;
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  const setLog = async (value: 'all' | 'none') => {
    await admin.query(`ALTER SYSTEM SET log_statement = '${value}'`);
    await admin.query('SELECT pg_reload_conf()');
    await pause(afterwardsMs);
  };
  const told: Told[] = [];
  for (const server of servers) {
    for (const rows of operation.sized ? [1, 20, 100] : [null]) {
      const [first = ''] = bodiesOf(server.contender, operation, data, placeOf(server));
      const asked = JSON.parse(first);
      if (rows !== null && operation.sized) asked.variables[operation.sized] = rows;
      const body = () => JSON.stringify(asked).replaceAll('#########', String(Math.random()).slice(2, 11));
      // What is done only once, such as opening a connection, is over.
      for (let n = 0; n < 20; n++) await askOnce(measuring, server, body());
      await setLog('all');
      const before = (await readFile(logFile)).length;
      const answer = await askOnce(measuring, server, body());
      if (answer.includes('"errors"')) throw new Error(answer);
      await pause(afterwardsMs);
      const log = (await readFile(logFile)).subarray(before).toString('utf8');
      await setLog('none');
      const { name } = server.contender;
      told.push({ operation: operation.name, contender: name, rows, statements: statementsIn(log) });
    }
  }
  await admin.end();
  return told;
}
