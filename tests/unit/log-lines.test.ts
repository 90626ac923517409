import { pino } from 'pino';
import { writeTogether } from '../../src/platform/log-lines.js';
import { eventually } from '../testkit/eventually.js';

function logged() {
  const waiting: string[] = [];
  const written: string[] = [];
  const lines = writeTogether({
    write: (line) => waiting.push(line),
    flushSync: () => written.push(...waiting.splice(0)),
  });
  return { logger: pino({ level: 'trace' }, lines), waiting, written };
}

it('lines of a moment are written together, and soon', async () => {
  const { logger, waiting, written } = logged();
  logger.info('one');
  logger.debug('two');
  expect(waiting).toHaveLength(2);
  expect(written).toHaveLength(0);
  await eventually(
    () => written.length,
    (count) => count === 2,
  );
});

it('a warning is written at once, after all that came before it', () => {
  const { logger, waiting, written } = logged();
  logger.info('one');
  logger.child({ part: 'http' }).warn('two');
  expect(waiting).toHaveLength(0);
  expect(written.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two']);
});
