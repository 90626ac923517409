import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startPeer } from './processes.js';
import { quantile, rounded } from './statistics.js';

/** From the sending of a durable message to its arrival at the last receiver, in milliseconds. */
export interface DurableFigures {
  readonly receivers: number;
  readonly perSecond: number;
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly latencies: readonly number[];
}

const subscription = `subscription ($roomId: ID!) { chatEvents(roomId: $roomId) {
  __typename ... on ChannelEvent { cursor occurredAt }
  ... on MessageSent { message { id sequence body createdAt author { id displayName } } } } }`;
const send = `mutation ($roomId: ID!, $body: String!) {
  sendMessage(input: { roomId: $roomId, body: $body }) { message { id } } }`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The API as it is started by anyone, with an embedded PostgreSQL of its own; only its limits for one user are off. */
async function startApi(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(import.meta.dirname, '..', '.data-'));
  const port = await freePort();
  const main = new URL('../../dist/main.js', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [main, '--no-worker'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      LECTERN_DATA_DIR: dataDir,
      DEMO_DATA: 'false',
      LOG_LEVEL: 'warn',
      RATE_LIMITS: 'false',
      WS_SOCKETS_PER_USER: '0',
      WS_SOCKETS_PER_ADDRESS: '0',
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries++) {
    const ready = await fetch(`${origin}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `${origin}/graphql`,
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a measurement reads what it has asked for
async function post(url: string, accessToken: string | null, query: string, variables: object): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** A tutor and a student with a lesson, whose chat is the room. */
async function openRoom(url: string) {
  const person = async (role: string) => {
    const email = `${role.toLowerCase()}@example.org`;
    const input = { email, password: crypto.randomUUID(), displayName: role, role };
    const signUp = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken user { id } } }';
    const { accessToken, user } = (await post(url, null, signUp, { input })).signUp;
    return { email, token: accessToken as string, id: user.id as string };
  };
  const [tutor, student] = [await person('TUTOR'), await person('STUDENT')];
  const invite =
    'mutation ($e: EmailAddress!) { inviteStudent(input: { studentEmail: $e }) { relation { id } } }';
  const { inviteStudent } = await post(url, tutor.token, invite, { e: student.email });
  const accept = 'mutation ($id: ID!) { acceptInvitation(input: { relationId: $id }) { relation { id } } }';
  await post(url, student.token, accept, { id: inviteStudent.relation.id });
  const schedule = `mutation ($s: ID!, $from: DateTime!, $to: DateTime!) { scheduleLesson(
    input: { studentId: $s, title: "Algebra", startsAt: $from, endsAt: $to }) { lesson { id } } }`;
  const from = new Date(Date.now() + 86_400_000);
  const to = new Date(from.getTime() + 3_600_000);
  const { scheduleLesson } = await post(url, tutor.token, schedule, { s: student.id, from, to });
  return { roomId: scheduleLesson.lesson.id as string, tokens: [tutor.token, student.token] };
}

export async function measureDurable(
  receivers: number,
  perSecond: number,
  messages: number,
): Promise<DurableFigures> {
  const api = await startApi();
  const { roomId, tokens } = await openRoom(api.url);
  const clients = startPeer('clients.ts');
  const url = api.url.replace('http', 'ws');
  const room = { roomId };
  await clients.ask({ do: 'open', url, count: receivers, query: subscription, variables: [room], tokens });
  const warmUp = perSecond * 2;
  const sentAt: number[] = [];
  const answers: Promise<unknown>[] = [];
  const begin = performance.now();
  for (let n = 0; n < warmUp + messages; n++) {
    const due = begin + (n * 1_000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    sentAt.push(performance.timeOrigin + performance.now());
    const variables = { roomId, body: `message ${n} of a lesson that has begun` };
    answers.push(post(api.url, tokens[n % 2] as string, send, variables));
  }
  await Promise.all(answers);
  await clients.ask({ do: 'await', url, total: (warmUp + messages) * receivers });
  const { arrivals } = await clients.ask<{ arrivals: number[] }>({ do: 'arrivals', url });
  const latencies = arrivals.map((at, n) => rounded(at - (sentAt[n] ?? Number.NaN))).slice(warmUp);
  clients.stop();
  await api.stop();
  const of = (q: number) => rounded(quantile(latencies, q));
  return { receivers, perSecond, messages, p50: of(0.5), p99: of(0.99), max: of(1), latencies };
}
