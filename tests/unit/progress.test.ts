import { createProgress } from '../../src/app/progress.js';
import { eventually } from '../testkit/eventually.js';

function terminal(columns = 200) {
  const written: string[] = [];
  const screen = { columns, write: (text: string) => written.push(text) };
  /** What the last line shows: everything after it was last erased. */
  const line = () => written.join('').split('\r\x1b[2K').at(-1) ?? '';
  return { screen, written, line };
}

const batch = (outcomes: object) => ({ claimed: 1, milliseconds: 1, outcomes });

it('shows rate, depth, the oldest wait and failures', async () => {
  const { screen, line } = terminal();
  let time = 0;
  const progress = createProgress(screen, () => time);
  progress.start(async () => ({ due: 1_234, oldestSeconds: 75 }));
  progress.count(batch({ completed: 900, skipped: 100, failed: 2, deferred: 7 }));
  time = 2_000;
  await eventually(line, (text) => text.includes('waiting'));
  progress.stop();
  expect(line()).toBe('1,000 done · 501/s · 1,234 waiting · oldest 1 min · 2 failed\n');
});

it('writes log lines above the line', async () => {
  const { screen, written, line } = terminal();
  const progress = createProgress(screen);
  progress.start(async () => ({ due: 0, oldestSeconds: 0 }));
  progress.log.write('something happened\n');
  const erase = '\r\x1b[2K';
  expect(written.join('')).toContain(`${erase}something happened\n${erase}0 done`);
  progress.stop();
  expect(line()).toMatch(/^0 done .*\n$/);
});

it('is never longer than the terminal is wide', () => {
  const { screen, line } = terminal(20);
  const progress = createProgress(screen);
  progress.start(async () => ({ due: 0, oldestSeconds: 0 }));
  progress.stop();
  expect(line().trimEnd().length).toBeLessThan(20);
});

it('writes log lines as they are before it starts and after it has stopped', () => {
  const { screen, written } = terminal();
  createProgress(screen).log.write('a line\n');
  expect(written).toEqual(['a line\n']);
});

it('keeps what it knows while the database does not answer', async () => {
  const { screen, line } = terminal();
  const progress = createProgress(screen);
  progress.start(() => Promise.reject(new Error('no')));
  await eventually(line, (text) => text.includes('counting'));
  progress.stop();
});
