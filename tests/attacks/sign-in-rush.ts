/**
 * `npm run bench:sign-in`: what 100 sign-ins at once do to everybody else. It starts the API on an embedded database,
 * asks a lesson list 50 times a second, and has 100 people sign in in between, in rounds; the p99 of all queries while
 * somebody signs in is compared with the p99 of all others. Exits with 1 when it is twice as long or longer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoAccounts } from '../../src/demo/load-demo-data.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = Number(process.env['ROUNDS'] ?? 8);
const signIns = 100;
const everyMs = 20;
const quietMs = 5_000;

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

/**
 * People who sign in come from a process of their own, which is started before and waits for the word: neither making
 * the rush nor its start slows down whoever measures. Each time it gives how many were refused.
 */
function startCrowd(url: string, inputs: readonly object[]) {
  const script = `
    import { createInterface } from 'node:readline';
    const [url, ...bodies] = process.argv.slice(1);
    const headers = { 'content-type': 'application/json' };
    const ask = async (_, i) => (await (await fetch(url, { method: 'POST', headers, body: bodies[i % bodies.length] })).json()).errors ? 1 : 0;
    await ask(null, 0);
    process.stdout.write('ready\\n');
    for await (const line of createInterface({ input: process.stdin })) {
      const all = await Promise.all(Array.from({ length: Number(line) }, ask));
      process.stdout.write(all.reduce((a, b) => a + b, 0) + '\\n');
    }`;
  const bodies = inputs.map((input) => JSON.stringify({ query: signIn, variables: { input } }));
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, url, ...bodies], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = async () => String((await once(child.stdout, 'data'))[0]).trim();
  return {
    ready: line(),
    async rush() {
      child.stdin.write(`${signIns}\n`);
      return Number(await line());
    },
    async end() {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

const p99 = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

const dataDir = await mkdtemp(join(tmpdir(), 'lectern-rush-'));
const api = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--no-worker'], {
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
  const inputs = (await demoAccounts()).map(({ email, password }) => ({ email, password }));
  const token =
    (await post(url, { query: signIn, variables: { input: inputs[0] } })).data?.signIn?.accessToken ?? '';
  const quiet = () => new Promise((resolve) => setTimeout(resolve, quietMs));
  const crowd = startCrowd(url, inputs);
  await crowd.ready;
  // What is asked often is compiled first: once of each does not count.
  await latenciesDuring(url, token, quiet());
  await latenciesDuring(url, token, crowd.rush());

  const all = { usual: [] as number[], during: [] as number[] };
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const usual = await latenciesDuring(url, token, quiet());
    const start = performance.now();
    const rush = crowd.rush();
    const during = await latenciesDuring(url, token, rush);
    const [refused, took] = [await rush, performance.now() - start];
    all.usual.push(...usual);
    all.during.push(...during);
    ratios.push(p99(during) / p99(usual));
    process.stdout.write(
      `p99 ${p99(usual).toFixed(1)} ms, while ${signIns} sign in ${p99(during).toFixed(1)} ms ` +
        `(× ${(p99(during) / p99(usual)).toFixed(2)}; medians ${median(usual).toFixed(1)} and ${median(during).toFixed(1)} ms); ` +
        `they took ${took.toFixed(0)} ms, ${refused} were refused\n`,
    );
  }
  await crowd.end();
  const ratio = p99(all.during) / p99(all.usual);
  process.stdout.write(
    `p99 of ${all.usual.length} queries ${p99(all.usual).toFixed(1)} ms, of ${all.during.length} beside sign-ins ` +
      `${p99(all.during).toFixed(1)} ms: × ${ratio.toFixed(2)}, to be under 2 (median of the rounds × ${median(ratios).toFixed(2)})\n`,
  );
  process.exitCode = ratio < 2 ? 0 : 1;
} finally {
  api.kill('SIGTERM');
  await once(api, 'exit');
  await rm(dataDir, { recursive: true, force: true });
}
