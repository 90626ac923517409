import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraphqlClient } from '../testkit/graphql-client.js';
import { run, type SystemProcess, urlIn } from './process-fixture.js';

const running = 'Lectern is running.';
let dataDir: string;
let env: Record<string, string>;
const processes: SystemProcess[] = [];

const start = (...args: Parameters<typeof run>) => {
  const started = run(...args);
  processes.push(started);
  return started;
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lectern-start-'));
  env = { LECTERN_DATA_DIR: dataDir, PORT: '0' };
});
afterEach(async () => {
  for (const { child } of processes.splice(0)) child.kill('SIGKILL');
  // A start joins whatever server was left, so that the last one out stops it.
  const last = run('db-migrate', [], env);
  await last.ended;
  await rm(dataDir, { recursive: true, force: true });
});

async function signIn(url: string): Promise<string> {
  const { signIn } = await createGraphqlClient(url, null).data(
    `mutation { signIn(input: {email: "tutor@lectern.example", password: "lectern-demo"}) { accessToken } }`,
  );
  return signIn.accessToken;
}

async function interrupt(...ending: SystemProcess[]): Promise<(number | string)[]> {
  for (const { child } of ending) child.kill('SIGINT');
  return Promise.all(ending.map(({ ended }) => ended));
}

it('one command starts everything on an empty folder, prints where to look, and ends cleanly', async () => {
  const system = start('main', [], env);
  const output = await system.printed(running).then(() => system.printed('Ctrl-C'));
  expect(output).toContain('tutor@lectern.example');
  expect(output).toContain(join(dataDir, 'postgres'));
  const url = urlIn(output);
  const token = await signIn(url);
  const { lessons } = await createGraphqlClient(url, token).data(
    '{ lessons(first: 5) { edges { node { id } } } }',
  );
  expect(lessons.edges).toHaveLength(5);
  expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
  expect(await interrupt(system)).toEqual([0]);
  await expect(readFile(join(dataDir, 'postgres', 'postmaster.pid'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
}, 60_000);

it('API and worker start in either order, and at once, on one empty folder', async () => {
  const worker = start('notif-worker', [], env);
  const api = start('main', ['--no-worker'], env);
  const url = urlIn(await api.printed('Ctrl-C'));
  expect(await signIn(url)).toBeTruthy();
  expect(await interrupt(api)).toEqual([0]);
  // The worker still has its database; a new API joins it.
  const again = start('main', ['--no-worker'], env);
  expect(await signIn(urlIn(await again.printed('Ctrl-C')))).toBeTruthy();
  expect(await interrupt(again, worker)).toEqual([0, 0]);
}, 90_000);

it('finds its data after everything was killed', async () => {
  const first = start('main', [], env);
  const token = await signIn(urlIn(await first.printed('Ctrl-C')));
  const pid = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  first.child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await first.ended;

  const second = start('main', [], env);
  const url = urlIn(await second.printed('Ctrl-C'));
  // The session of before the kill is still good: data and signing secret were found again.
  const { viewer } = await createGraphqlClient(url, token).data('{ viewer { role } }');
  expect(viewer).toEqual({ role: 'TUTOR' });
  expect(await interrupt(second)).toEqual([0]);
}, 90_000);

it('a bad environment stops the start with one error that names every bad variable', async () => {
  const system = start('main', [], { ...env, PORT: 'x', LOG_LEVEL: 'loud' });
  expect(await system.ended).toBe(1);
  expect(system.output()).toContain('PORT must be a port');
  expect(system.output()).toContain('LOG_LEVEL must be a pino level');
}, 30_000);
