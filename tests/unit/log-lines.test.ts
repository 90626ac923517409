import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

it('a process goes on when whoever reads its log is gone', async () => {
  const code = `
    import { createLogger } from './src/platform/logger.js';
    const logger = createLogger({ level: 'info', pretty: false });
    process.on('message', () => {
      logger.warn('nobody reads this');
      logger.warn('nor this');
      process.send('goes on');
    });
    process.send('ready');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  try {
    await once(child, 'message');
    child.stdout?.destroy();
    child.send('log');
    const [said] = await once(child, 'message', { signal: AbortSignal.timeout(20_000) });
    expect(said).toBe('goes on');
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
