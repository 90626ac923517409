import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFoundation } from '../src/app/foundation.js';
import { readConfig } from '../src/config/config.js';
import { freePort } from '../src/platform/embedded-postgres/port.js';
import { createLogger } from '../src/platform/logger.js';
import { createSeed } from '../tests/testkit/seed.js';

const rounds = Number(process.env['ROUNDS'] ?? 100);
/** Few: what else the machine does changes from one moment to the next, and is to meet both. */
const perRound = Number(process.env['OPERATIONS'] ?? 150);
/** Until then what is measured is the compiler of JavaScript, of which who has more code has more. */
const warmOperations = 4_000;
const atOnce = 8;
const secret = randomBytes(48).toString('base64');

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

/**
 * Prints what something costs: two APIs on one database, one `without` it and one `with` it by their environments. The
 * same operations go to them by turns; the processor time of each API divided by its operations is compared within each
 * round, so that what else the machine does meets both. Of a `heavy` query also how long the second hears nobody else.
 */
export async function compareServers(
  withoutIt: Readonly<Record<string, string>>,
  withIt: Readonly<Record<string, string>>,
  heavy: string | null = null,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-bench-'));
  const foundation = await openFoundation(
    readConfig({ LECTERN_DATA_DIR: dataDir, JWT_SECRET: secret, DEMO_DATA: 'false' }),
    createLogger({ level: 'silent', pretty: false }),
  );
  const school = await createSeed(foundation.database, secret).school();
  const { tutor, student } = await school.pair();
  const lessons = await school.lessons(tutor, student, 50);

  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

  async function startServer(environment: Readonly<Record<string, string>>): Promise<Server> {
    const port = await freePort();
    const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    const child = fork(here('../dist/main.js'), ['--no-worker'], {
      execArgv: ['--import', here('use.mjs')],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...{ PATH: process.env['PATH'], LOG_FORMAT: 'json', DEMO_DATA: 'false' },
        ...{ HOST: '127.0.0.1', PORT: String(port), LECTERN_DATA_DIR: dataDir, JWT_SECRET: secret },
        AUTO_MIGRATE: 'false',
        ...environment,
      },
    });
    const url = `http://127.0.0.1:${port}/graphql`;
    const body = operations['nothing at all']();
    while (child.exitCode === null) {
      if (
        await post(agent, url, tutor.accessToken, body).then(
          () => true,
          () => false,
        )
      )
        return { child, url };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('an API did not start');
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
  async function measure({ child, url }: Server, make: () => string): Promise<number> {
    const before = await cpuOf(child);
    let left = perRound;
    const client = async () => {
      while (left-- > 0) await post(agent, url, tutor.accessToken, make());
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    return ((await cpuOf(child)) - before) / perRound;
  }

  async function tellLongest({ child, url }: Server, query: string): Promise<void> {
    const pieces: number[] = [];
    for (let n = 0; n < 30; n++) {
      const before = await askUse(child);
      await post(agent, url, tutor.accessToken, JSON.stringify({ query }));
      const { cpu, longestMs } = await askUse(child);
      pieces.push(longestMs);
      if (n === 29) console.log(`\na heavy answer: ${((cpu - before.cpu) / 1_000).toFixed(1)} ms of CPU`);
    }
    const sorted = pieces.slice(10).sort((a, b) => a - b);
    console.log(
      `longest piece of it: median ${median(sorted).toFixed(1)} ms, worst ${sorted.at(-1)?.toFixed(1)} ms`,
    );
  }

  const [without, withAll] = [await startServer(withoutIt), await startServer(withIt)];
  console.log('| operation | without, µs | with, µs | ratio, median | quartiles |\n|---|---|---|---|---|');
  for (const [name, make] of Object.entries(operations)) {
    for (let warm = 0; warm < warmOperations; warm += perRound)
      for (const server of [without, withAll]) await measure(server, make);
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
  if (heavy !== null) await tellLongest(withAll, heavy);
  agent.destroy();
  for (const { child } of [without, withAll]) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  await foundation.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function askUse(child: ChildProcess): Promise<{ readonly cpu: number; readonly longestMs: number }> {
  child.send('use');
  const [use] = (await once(child, 'message')) as [{ cpu: number; longestMs: number }];
  return use;
}

const cpuOf = async (child: ChildProcess) => (await askUse(child)).cpu;

function post(agent: Agent, url: string, token: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
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

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
