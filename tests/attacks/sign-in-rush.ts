/**
 * `npm run bench:sign-in`: what 100 sign-ins at once do to everybody else. It starts the API on an embedded database,
 * asks a lesson list 50 times a second, first alone and then while 100 people sign in, and compares the p99 of both.
 * Exits with 1 when the rush makes it more than twice as long.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoAccounts } from '../../src/demo/load-demo-data.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = 5;
const signIns = 100;
const everyMs = 20;

const query =
  '{ lessons(first: 20) { edges { node { id title tutor { displayName } student { displayName } } } } }';
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';

async function post(url: string, body: object, token?: string) {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as { data?: { signIn?: { accessToken: string } }; errors?: unknown };
}

/** Latencies of queries that start every 20 ms, answered or not, until the work is over. */
async function latenciesDuring(url: string, token: string, work: Promise<unknown>): Promise<number[]> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  while (!over) {
    const start = performance.now();
    running.push(
      post(url, { query }, token).then(({ errors }) => {
        // A query that was refused was not served in time either.
        latencies.push(errors ? Number.POSITIVE_INFINITY : performance.now() - start);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await Promise.all([ended, ...running]);
  return latencies;
}

/** The rush comes from a process of its own, so that making it does not slow down whoever measures. Gives how many were refused. */
async function rushElsewhere(url: string, input: object): Promise<number> {
  const script = `
    const [url, body] = process.argv.slice(1);
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const ask = async () => (await (await fetch(url, options)).json()).errors ? 1 : 0;
    const all = await Promise.all(Array.from({ length: ${signIns} }, ask));
    process.stdout.write(String(all.reduce((a, b) => a + b)));`;
  const body = JSON.stringify({ query: signIn, variables: { input } });
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, body]);
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return Number(text);
}

const p99 = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

const dataDir = await mkdtemp(join(tmpdir(), 'lectern-rush-'));
const api = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'src/main.ts', '--no-worker'], {
  cwd: root,
  env: { ...process.env, PORT: '0', LECTERN_DATA_DIR: dataDir, LOG_LEVEL: 'warn', DATABASE_URL: '' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    api.stdout.on('data', (data) => {
      text += data;
      const found = /GraphQL\s+(http\S+)/.exec(text)?.[1];
      if (found && text.includes('Ctrl-C')) resolve(found);
    });
    api.once('exit', () => reject(new Error('the API did not start')));
  });
  const [account] = await demoAccounts();
  const input = { email: account?.email, password: account?.password };
  const token = (await post(url, { query: signIn, variables: { input } })).data?.signIn?.accessToken ?? '';
  const quiet = () => new Promise((resolve) => setTimeout(resolve, 3_000));
  await latenciesDuring(url, token, quiet());

  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const usual = p99(await latenciesDuring(url, token, quiet()));
    const start = performance.now();
    const rush = rushElsewhere(url, input);
    const during = await latenciesDuring(url, token, rush);
    const refused = await rush;
    const took = performance.now() - start;
    ratios.push(p99(during) / usual);
    process.stdout.write(
      `p99 ${usual.toFixed(1)} ms, while ${signIns} sign in ${p99(during).toFixed(1)} ms ` +
        `(× ${(p99(during) / usual).toFixed(2)}); they took ${took.toFixed(0)} ms, ${refused} were refused\n`,
    );
  }
  const ratio = median(ratios);
  process.stdout.write(`median ratio × ${ratio.toFixed(2)}, to be under 2\n`);
  process.exitCode = ratio < 2 ? 0 : 1;
} finally {
  api.kill('SIGTERM');
  await new Promise((resolve) => api.once('exit', resolve));
  await rm(dataDir, { recursive: true, force: true });
}
