import { createApi } from '../../../dist/app/api.js';
import { openFoundation } from '../../../dist/app/foundation.js';
import { readConfig } from '../../../dist/config/config.js';
import { createLogger } from '../../../dist/platform/logger.js';
import { addProcessMetrics } from '../../../dist/platform/metrics/registry.js';

/**
 * Lectern as `dist/main.js` starts it, except that what the database once answered to a statement is remembered: the way
 * from the socket to the store and back, with the check of the token, and no database. Times are left out of the key,
 * since "now" is another with each request.
 */
const config = readConfig();
const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
const foundation = await openFoundation(config, logger);
addProcessMetrics(foundation.metrics.registry);

type Ask = (...given: unknown[]) => unknown;
/** Statements that are no business of a request. */
const housekeeping = /pg_snapshot_xmin|pg_notify/;

function remembering(ask: Ask): Ask {
  const texts = new Map<unknown, Map<string, unknown>>();
  return (text, ...values) => {
    if (housekeeping.test(String(text))) return ask(text, ...values);
    const answers = texts.get(text) ?? new Map<string, unknown>();
    if (answers.size === 0) texts.set(text, answers);
    const key = JSON.stringify(values.map((value) => (value instanceof Date ? null : value)));
    if (!answers.has(key)) answers.set(key, ask(text, ...values));
    return answers.get(key);
  };
}

const left = new Set(['prisma', 'transaction', 'poolUse', 'stop']);
const database = Object.fromEntries(
  Object.entries(foundation.database).map(([name, member]) => [
    name,
    typeof member === 'function' && !left.has(name) ? remembering(member as Ask) : member,
  ]),
);
await createApi({ ...foundation, database: database as never }).start();
