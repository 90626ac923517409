import { createHash } from 'node:crypto';
import { booking, scheduleLesson } from '../../api/lesson-operations.js';
import { follow } from '../../realtime/subscriber.js';
import { eventually } from '../../testkit/eventually.js';
import { type Answer, createGraphqlClient } from '../../testkit/graphql-client.js';
import type { Person, SeededLesson } from '../../testkit/seed.js';
import type { Figures } from '../figures.js';
import { sendUntilAnswered } from '../retrying.js';
import type { ApiProcess, FaultSystem } from '../system.js';

const read = '{ lessons(first: 1) { edges { cursor } } }';
const profile = 'mutation { updateProfile(input: { displayName: "Olha" }) { user { id } } }';
export const sendMessage = `mutation ($r: ID!, $b: String!, $k: String!) {
  sendMessage(input: { roomId: $r, body: $b, clientMessageId: $k }) { message { id } } }`;

/** A message under a key of its own, which is the beginning of its text. */
export const message = (roomId: string, key: string, size = 0) => ({
  r: roomId,
  k: key,
  b: key.padEnd(size, ' x'),
});

/** More than the pool has connections. */
const crowd = 30;

interface Timed {
  readonly answer: Answer;
  readonly milliseconds: number;
}

async function timed(ask: () => Promise<Answer>): Promise<Timed> {
  const start = performance.now();
  const answer = await ask();
  return { answer, milliseconds: performance.now() - start };
}

const isUnavailable = ({ errors }: Answer) => errors?.[0]?.extensions.code === 'SERVICE_UNAVAILABLE';
const status = async (api: ApiProcess, path: string) => (await fetch(`${api.origin}${path}`)).status;

interface Room {
  readonly tutor: Person;
  readonly student: Person;
  readonly lesson: SeededLesson;
  readonly cursor: string;
}

/** A lesson's room, and the cursor from which on all of its events come. */
export async function openRoom(system: FaultSystem, url: string): Promise<Room> {
  const school = await system.seed.school();
  const { tutor, student } = await school.pair();
  const lesson = await school.lesson(tutor, student);
  const found = await createGraphqlClient(url, tutor.accessToken).data(
    'query ($id: ID!) { lesson(id: $id) { chat { eventCursor } } }',
    { id: lesson.id },
  );
  return { tutor, student, lesson, cursor: found.lesson.chat.eventCursor };
}

/** Requests during an outage, and what comes after it. */
async function outage(
  { server }: FaultSystem,
  api: ApiProcess,
  room: Room,
  figures: Figures,
  promise: { begin: () => Promise<void>; answeredMs: number },
): Promise<void> {
  const client = createGraphqlClient(api.url, room.student.accessToken);
  let heard = 0;
  const subscriber = follow({
    url: () => api.url.replace('http', 'ws'),
    ...{ accessToken: room.student.accessToken, roomId: room.lesson.id, after: room.cursor },
    onEvent: () => heard++,
  });
  await Promise.all(Array.from({ length: crowd }, () => client.data(read)));
  await promise.begin();
  const first = await Promise.all([
    ...Array.from({ length: crowd }, (_, n) => timed(() => client.send(n % 2 ? read : profile))),
  ]);
  const later = await Promise.all([timed(() => client.send(read)), timed(() => client.send(profile))]);
  const [ready, live] = await Promise.all([status(api, '/health/ready'), status(api, '/health/live')]);
  const all = [...first, ...later];
  figures.bounded(
    'slowest answer',
    Math.max(...all.map(({ milliseconds }) => milliseconds)),
    'ms',
    promise.answeredMs,
  );
  figures.none(
    'other answers than SERVICE_UNAVAILABLE',
    all.filter(({ answer }) => !isUnavailable(answer)).length,
  );
  figures.none('ready though it was not', ready === 503 ? 0 : 1);
  figures.none('not alive though it was', live === 200 ? 0 : 1);

  await server.back();
  const back = performance.now();
  await eventually(
    () => status(api, '/health/ready'),
    (code) => code === 200,
  );
  await eventually(
    () => client.send(profile),
    ({ errors }) => errors === undefined,
  );
  const before = heard;
  const sent = message(room.lesson.id, `after ${performance.now()}`);
  await createGraphqlClient(api.url, room.tutor.accessToken).data(sendMessage, sent);
  await eventually(
    () => heard,
    (count) => count > before,
  );
  figures.bounded('well again, subscribers too, after', performance.now() - back, 'ms', 2_000);
  // Twice as many as there are connections: one that is not whole would keep somebody waiting.
  const whole = await Promise.all(Array.from({ length: crowd }, () => timed(() => client.send(read))));
  figures.none('failures afterwards', whole.filter(({ answer }) => answer.errors).length);
  figures.told(
    'slowest of 30 reads at once afterwards',
    Math.max(...whole.map((one) => one.milliseconds)),
    'ms',
  );
  subscriber.stop();
  figures.none('restarts', api.child.exitCode === null ? 0 : 1);
}

/** PostgreSQL is stopped and comes back. */
export async function databaseStopped(system: FaultSystem, api: ApiProcess, figures: Figures): Promise<void> {
  const room = await openRoom(system, api.url);
  await outage(system, api, room, figures, { begin: system.server.stop, answeredMs: 1_000 });
}

/** PostgreSQL, or the way to it, is frozen: nothing is refused, and nothing is answered. */
export async function databaseFrozen(system: FaultSystem, api: ApiProcess, figures: Figures): Promise<void> {
  const room = await openRoom(system, api.url);
  await outage(system, api, room, figures, { begin: system.server.freeze, answeredMs: 2_500 });
}

/** As src/platform/database names prepared statements: the name comes each time, the text only once. */
export const commitName = createHash('sha1').update('COMMIT').digest('base64url');

/** The database commits, and the API never hears of it. */
export async function commitUnheard(system: FaultSystem, api: ApiProcess, figures: Figures): Promise<void> {
  const { tutor, student, lesson, cursor } = await openRoom(system, api.url);
  const client = createGraphqlClient(api.url, tutor.accessToken);
  const { link } = system.server;
  const heard: number[] = [];
  const subscriber = follow({
    url: () => api.url.replace('http', 'ws'),
    ...{ accessToken: student.accessToken, roomId: lesson.id, after: cursor },
    onEvent: () => heard.push(1),
  });
  const key = `key ${performance.now()}`;
  const drawing = {
    boardId: lesson.id.replace('lesson', 'board'),
    operations: [
      {
        opId: `op-${Math.random()}`.replace('.', ''),
        kind: 'PUT',
        elementId: 'e',
        elementKind: 'STROKE',
        data: '{}',
      },
    ],
  };
  const draw = `mutation ($input: ApplyBoardOperationsInput!) { applyBoardOperations(input: $input) { board { revision } } }`;
  const cases = [
    // A transaction of several statements, and two mutations that are one statement each.
    {
      swallow: commitName,
      query: scheduleLesson,
      variables: { input: booking(student, 48, { idempotencyKey: key }) },
    },
    { swallow: key, query: sendMessage, variables: message(lesson.id, key) },
    { swallow: drawing.operations[0]?.opId ?? '', query: draw, variables: { input: drawing } },
  ];
  let heardOf = 0;
  let retried = 0;
  for (const { swallow, query, variables } of cases) {
    const lost = link.swallowAnswerTo(swallow);
    const [answer] = await Promise.all([client.send(query, variables), lost]);
    if (!isUnavailable(answer)) heardOf++;
    const again = await sendUntilAnswered(
      { url: () => api.url, accessToken: tutor.accessToken },
      query,
      variables,
    );
    const third = await sendUntilAnswered(
      { url: () => api.url, accessToken: tutor.accessToken },
      query,
      variables,
    );
    if (JSON.stringify(again.data) !== JSON.stringify(third.data)) retried++;
  }
  await eventually(
    () => heard.length,
    (count) => count > 0,
  );
  subscriber.stop();
  figures.none('other answers than SERVICE_UNAVAILABLE', heardOf);
  figures.none('retries that were answered differently', retried);
  const many = async (sql: string, ...values: unknown[]) =>
    Math.abs((await system.count(sql, ...values)) - 1);
  const extra =
    (await many('SELECT count(*) FROM lesson WHERE tutor_id = $1 AND id <> $2', tutor.uuid, lesson.uuid)) +
    (await many(
      `SELECT count(*) FROM notification_queue_item WHERE event_type = 'lesson.scheduled' AND user_id = $1`,
      student.uuid,
    )) +
    (await many('SELECT count(*) FROM chat_message WHERE lesson_id = $1', lesson.uuid)) +
    (await many('SELECT count(*) FROM channel_event WHERE channel = $1', `chat:${lesson.uuid}`)) +
    (await many('SELECT count(*) FROM channel_event WHERE channel = $1', `board:${lesson.uuid}`));
  figures.none('effects that are missing or double', extra);
  figures.none('events that came not once', Math.abs(heard.length - 1));
}
