import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { freePort } from '../../src/platform/embedded-postgres/port.js';
import { encodeId } from '../../src/shared/ids.js';
import type { Contender } from './contenders.js';
import type { Data } from './data.js';
import type { Operation } from './operations.js';

/** Connections to the database of every server. */
export const poolSize = 10;

/** What every server needs to know. */
export interface Place {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly memoryFile: string;
  /** Signs the tokens that Lectern takes. */
  readonly secret: string;
  readonly data: Data;
  /** The Node that runs the servers. */
  readonly node: string;
}

export interface Use {
  /** µs of processor time so far, of all threads. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
}

/** A server that runs. */
export interface Server {
  readonly contender: Contender;
  readonly port: number;
  use(): Promise<Use>;
  /** Takes a profile of what it does during the work. */
  profile(work: () => Promise<unknown>): Promise<Profiler.Profile>;
  stop(): Promise<void>;
}

const here = (path: string) => new URL(path, import.meta.url).pathname;
const wide = '1000000000';

/** Production as it is shipped; only the budgets of the one user are such that the load stays within them. */
const lecternEnvironment = ({ secret, dataDir }: Place, port: number) => ({
  ...{ PORT: String(port), HOST: '127.0.0.1', JWT_SECRET: secret, LECTERN_DATA_DIR: dataDir },
  ...{ AUTO_MIGRATE: 'false', DATABASE_POOL_SIZE: String(poolSize) },
  ...{ RATE_LIMIT_USER_COST: wide, RATE_LIMIT_MUTATIONS: wide, RATE_LIMIT_MUTATION_BURST: wide },
});

/** Starts a contender's server, which then answers after a moment. */
export async function startServer(
  contender: Contender,
  source: Operation['source'],
  place: Place,
): Promise<Server> {
  const port = await freePort();
  const script = contender.scripts[source];
  if (script === undefined) throw new Error(`${contender.name} has no server over the ${source}`);
  const child = fork(here(script), [...(contender.arguments ?? [])], {
    execPath: place.node,
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', here('servers/usage.ts')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      DATABASE_URL: place.databaseUrl,
      ...(contender.isLectern
        ? lecternEnvironment(place, port)
        : { PORT: String(port), POOL_SIZE: String(poolSize) }),
      ...(source === 'memory' ? { MEMORY_FILE: place.memoryFile } : {}),
    },
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-3_000);
  });
  const server: Server = {
    contender,
    port,
    use: () => ask<Use>(child, 'use'),
    async profile(work) {
      await ask(child, 'profile');
      await work();
      return ask<Profiler.Profile>(child, 'profiled');
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  await untilItAnswers(server, child, () => said);
  return server;
}

async function untilItAnswers(
  { port, contender }: Server,
  child: ChildProcess,
  said: () => string,
): Promise<void> {
  const body = JSON.stringify({ query: '{ __typename }', operationName: null, variables: {} });
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) break;
    try {
      await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  child.kill('SIGKILL');
  throw new Error(`the server of ${contender.name} does not answer:\n${said()}`);
}

/** Asks a child and gives its next word. */
export async function ask<Answer>(child: ChildProcess, question: unknown): Promise<Answer> {
  const gone = new AbortController();
  const answered = once(child, 'message', { signal: gone.signal });
  const exited = once(child, 'exit', { signal: gone.signal }).then(
    () => {
      throw new Error('a process ended in the middle of a measurement');
    },
    () => undefined as never,
  );
  child.send(question as never);
  try {
    const [answer] = (await Promise.race([answered, exited])) as [Answer];
    return answer;
  } finally {
    gone.abort();
  }
}

/** The bodies of the requests by which a contender does an operation. */
export function bodiesOf(contender: Contender, operation: Operation, data: Data, place: number): string[] {
  const writeId = contender.isLectern ? encodeId : (_kind: unknown, uuid: string) => uuid;
  const query = contender.documents?.[operation.name] ?? operation.document;
  const own = contender.viewerVariables?.[operation.name]?.(data) ?? {};
  return operation.variables(data, writeId, place).map((given) => {
    const variables =
      'input' in given ? { input: { ...(given['input'] as object), ...own } } : { ...given, ...own };
    return JSON.stringify({ operationName: operation.operationName, query, variables });
  });
}

/** Who asks: a token for Lectern, a header that is believed for the others. */
export function headersOf(contender: Contender, data: Data, token: string): Record<string, string> {
  return contender.isLectern
    ? { authorization: `Bearer ${token}` }
    : { 'x-user': data.viewerId, 'x-organization': data.organizationId };
}
