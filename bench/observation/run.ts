/**
 * What metrics and logs cost: `npm run bench:observation`. Two APIs on one database, one with `METRICS=false` and
 * without a log, one as it is by default with its log on /dev/null. The same operations go to them by turns; the
 * processor time of each API divided by its operations is compared within each round, so that what else the machine
 * does meets both.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFoundation } from '../../src/app/foundation.js';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { createSeed } from '../../tests/testkit/seed.js';

const rounds = Number(process.env['ROUNDS'] ?? 20);
const perRound = Number(process.env['OPERATIONS'] ?? 300);
const atOnce = 8;
const secret = 'a secret for benchmarks, long enough for HS256';

const dataDir = await mkdtemp(join(tmpdir(), 'lectern-observation-'));
const foundation = await openFoundation(
  readConfig({ LECTERN_DATA_DIR: dataDir, JWT_SECRET: secret, DEMO_DATA: 'false' }),
  createLogger({ level: 'silent', pretty: false }),
);
const school = await createSeed(foundation.database, secret).school();
const { tutor, student } = await school.pair();
const lessons = await school.lessons(tutor, student, 50);

async function startServer(observed: boolean) {
  const child = fork(new URL('./server.ts', import.meta.url), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      ...{
        PORT: '0',
        LECTERN_DATA_DIR: dataDir,
        JWT_SECRET: secret,
        AUTO_MIGRATE: 'false',
        RATE_LIMITS: 'false',
        DEMO_DATA: 'false',
      },
      METRICS: String(observed),
    },
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

function post(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tutor.accessToken}` };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => (text.includes('"errors"') ? reject(new Error(text)) : resolve()));
    });
    sent.once('error', reject).end(body);
  });
}

let messages = 0;
const operations = {
  'list of 20 lessons': () =>
    JSON.stringify({
      query: `query Lessons { lessons(first: 20) { edges { node { id title status startsAt endsAt
        tutor { id displayName } student { id displayName } } } } }`,
    }),
  'message sent': () =>
    JSON.stringify({
      query:
        'mutation SendMessage($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
      variables: {
        input: {
          roomId: lessons[messages++ % lessons.length]?.id,
          body: 'Hello',
          clientMessageId: String(messages),
        },
      },
    }),
  'nothing at all': () => JSON.stringify({ query: '{ __typename }' }),
};

/** Processor time of the API for one operation, in microseconds. */
async function measure(
  { child, url }: { child: ChildProcess; url: string },
  make: () => string,
): Promise<number> {
  const before = await cpuOf(child);
  let left = perRound;
  const client = async () => {
    while (left-- > 0) await post(url, make());
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return ((await cpuOf(child)) - before) / perRound;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const [without, withAll] = [await startServer(false), await startServer(true)];
console.log('| operation | without, µs | with, µs | ratio, median | quartiles |\n|---|---|---|---|---|');
for (const [name, make] of Object.entries(operations)) {
  for (let warm = 0; warm < 3; warm++) for (const server of [without, withAll]) await measure(server, make);
  const [off, on]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes.
    if (round % 2 === 0) off.push(await measure(without, make));
    on.push(await measure(withAll, make));
    if (round % 2 === 1) off.push(await measure(without, make));
  }
  const ratios = on.map((value, round) => value / (off[round] ?? Number.NaN)).sort((a, b) => a - b);
  const quartiles = [0.25, 0.75].map((share) => (ratios[Math.floor(share * rounds)] ?? 0).toFixed(3));
  console.log(
    `| ${name} | ${median(off).toFixed(0)} | ${median(on).toFixed(0)} | ${median(ratios).toFixed(3)} | ${quartiles.join(' – ')} |`,
  );
}
agent.destroy();
for (const { child } of [without, withAll]) {
  const ended = once(child, 'exit');
  child.send('stop');
  await ended;
}
await foundation.stop();
await rm(dataDir, { recursive: true, force: true });
