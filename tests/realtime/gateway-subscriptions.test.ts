import type { Bus } from '../../src/channels/bus.js';
import { ended } from '../../src/channels/endings.js';
import { boardIdOf } from '../api/board-operations.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import type { Received } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { type SecondNode, startSecondNode } from './second-node.js';

let app: TestApp;
/** A process that hears nothing from the bus: only its own polling tells it what others commit. */
let deaf: SecondNode;
let school: School;
let tutor: Person;
let student: Person;
let lesson: SeededLesson;
let relationId: string;

const deafened = (bus: Bus): Bus => ({ ...bus, onWake: () => {}, onResume: () => {} });

beforeAll(async () => {
  app = await startApp();
  deaf = await startSecondNode(app, { wrapBus: deafened });
});
afterAll(async () => {
  await deaf.stop();
  await app.stop();
});
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
});

const chatEvents = `subscription ($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename ... on ChannelEvent { cursor } ... on MessageSent { message { sequence body author { displayName } } } } }`;
const lessonEvents = `subscription ($id: ID, $after: Cursor) { lessonEvents(lessonId: $id, after: $after) {
  __typename ... on ChannelEvent { cursor } ... on LessonChanged { change lesson { title version } } } }`;
const notificationEvents = 'subscription { notificationEvents { __typename } }';
const boardEvents = 'subscription ($boardId: ID!) { boardEvents(boardId: $boardId) { __typename } }';
const inboxEvents = 'subscription { inboxEvents { __typename } }';
const presenceEvents = 'subscription ($roomId: ID!) { presenceEvents(roomId: $roomId) { __typename } }';
const sendMessage = `mutation ($roomId: ID!, $body: String!) {
  sendMessage(input: { roomId: $roomId, body: $body }) { message { id } } }`;

const say = (person: Person, body: string) =>
  app.client(person.accessToken).data(sendMessage, { roomId: lesson.id, body });

const endRelation = () =>
  app
    .client(tutor.accessToken)
    .data('mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }', {
      id: relationId,
    });

const removeMember = (classroomId: string) =>
  app.client(tutor.accessToken).data(
    `mutation ($id: ID!, $user: ID!) {
      removeClassroomMember(input: { classroomId: $id, userId: $user }) { classroom { id } } }`,
    { id: classroomId, user: student.id },
  );

/** A subscription that has joined. */
async function joined(received: Received, field: string): Promise<Received> {
  expect((await received.next())[field].__typename).toBe('ChannelJoined');
  return received;
}

const code = async (received: Received) => (await received.errors()).map(({ extensions }) => extensions.code);

describe('who may follow a channel', () => {
  const follow = (person: Person | null, query: string, variables: Record<string, unknown>) =>
    app.socket(person?.accessToken ?? null).subscribe(query, variables);

  it('a lesson: its tutor', async () => {
    await joined(follow(tutor, lessonEvents, { id: lesson.id }), 'lessonEvents');
  });
  it('a lesson: its student', async () => {
    await joined(follow(student, lessonEvents, { id: lesson.id }), 'lessonEvents');
  });
  it('a lesson: an admin of the school', async () => {
    await joined(follow(await school.admin(), lessonEvents, { id: lesson.id }), 'lessonEvents');
  });
  it('a lesson: not another student', async () => {
    expect(await code(follow(await school.student(), lessonEvents, { id: lesson.id }))).toEqual([
      'LESSON_NOT_FOUND',
    ]);
  });
  it('a lesson: not an admin of another school', async () => {
    const admin = await (await app.seed.school()).admin();
    expect(await code(follow(admin, lessonEvents, { id: lesson.id }))).toEqual(['LESSON_NOT_FOUND']);
  });
  it('the chat of a lesson: its tutor and its student', async () => {
    await joined(follow(tutor, chatEvents, { roomId: lesson.id }), 'chatEvents');
    await joined(follow(student, chatEvents, { roomId: lesson.id }), 'chatEvents');
  });
  it('the chat of a lesson: not an admin, for it is private', async () => {
    expect(await code(follow(await school.admin(), chatEvents, { roomId: lesson.id }))).toEqual([
      'ROOM_NOT_FOUND',
    ]);
  });
  it('the chat of a lesson: not another tutor', async () => {
    expect(await code(follow(await school.tutor(), chatEvents, { roomId: lesson.id }))).toEqual([
      'ROOM_NOT_FOUND',
    ]);
  });
  it('the chat of a lesson: not when the relation has ended', async () => {
    await endRelation();
    expect(await code(follow(student, chatEvents, { roomId: lesson.id }))).toEqual(['ROOM_NOT_FOUND']);
  });
  it('the chat of a classroom: its tutor and its members', async () => {
    const { id: roomId } = await school.classroom(tutor, [student]);
    await joined(follow(tutor, chatEvents, { roomId }), 'chatEvents');
    await joined(follow(student, chatEvents, { roomId }), 'chatEvents');
  });
  it('the chat of a classroom: no other student or tutor, no admin, nobody of another school', async () => {
    const { id: roomId } = await school.classroom(tutor, [student]);
    const foreign = await (await app.seed.school()).admin();
    for (const person of [await school.student(), await school.tutor(), await school.admin(), foreign])
      expect(await code(follow(person, chatEvents, { roomId }))).toEqual(['ROOM_NOT_FOUND']);
  });
  it('presence: those who are in the room, of a lesson and of a classroom', async () => {
    const { id: classroomId } = await school.classroom(tutor, [student]);
    for (const roomId of [lesson.id, classroomId]) {
      const present = await follow(student, presenceEvents, { roomId }).next();
      expect(present.presenceEvents.__typename).toBe('PresenceSnapshot');
    }
  });
  it('presence: nobody else', async () => {
    const { id: classroomId } = await school.classroom(tutor, []);
    const admin = await school.admin();
    for (const [person, roomId] of [
      [admin, lesson.id],
      [student, classroomId],
      [admin, classroomId],
    ] as const)
      expect(await code(follow(person, presenceEvents, { roomId }))).toEqual(['ROOM_NOT_FOUND']);
  });
  it('the inbox: everybody their own', async () => {
    await joined(follow(student, inboxEvents, {}), 'inboxEvents');
  });
  it('notifications: everybody their own', async () => {
    await joined(follow(student, notificationEvents, {}), 'notificationEvents');
  });
  it('nothing without signing in', async () => {
    for (const [query, variables] of [
      [chatEvents, { roomId: lesson.id }],
      [lessonEvents, {}],
      [notificationEvents, {}],
      [inboxEvents, {}],
      [presenceEvents, { roomId: lesson.id }],
    ] as const)
      expect(await code(follow(null, query, variables))).toEqual(['UNAUTHENTICATED']);
  });
  it('not with the id of another kind of thing', async () => {
    expect(await code(follow(tutor, chatEvents, { roomId: tutor.id }))).toEqual(['VALIDATION_ERROR']);
  });
});

describe('who may follow a board', () => {
  const follow = (person: Person, boardId: string) =>
    app.socket(person.accessToken).subscribe(boardEvents, { boardId });

  it('that of a lesson: its tutor and its student', async () => {
    for (const person of [tutor, student]) await joined(follow(person, boardIdOf(lesson)), 'boardEvents');
  });
  it('that of a lesson: no admin, no other student, nobody of another school', async () => {
    const foreign = await (await app.seed.school()).tutor();
    for (const person of [await school.admin(), await school.student(), foreign])
      expect(await code(follow(person, boardIdOf(lesson)))).toEqual(['BOARD_NOT_FOUND']);
  });
  it('that of a classroom: its tutor and its members, and no other student', async () => {
    const classroom = await school.classroom(tutor, [student]);
    for (const person of [tutor, student]) await joined(follow(person, boardIdOf(classroom)), 'boardEvents');
    expect(await code(follow(await school.student(), boardIdOf(classroom)))).toEqual(['BOARD_NOT_FOUND']);
  });
  it('until access ends: with the relation, and with the membership', async () => {
    const classroom = await school.classroom(tutor, [student]);
    const followed = [lesson, classroom].map((one) => follow(student, boardIdOf(one)));
    for (const one of followed) await joined(one, 'boardEvents');
    await endRelation();
    expect(await code(followed[0] as Received)).toEqual(['SUBSCRIPTION_REVOKED']);
    await removeMember(classroom.id);
    expect(await code(followed[1] as Received)).toEqual(['SUBSCRIPTION_REVOKED']);
  });
});

describe('the flow of a subscription', () => {
  it('gives every message once and in order, to both', async () => {
    const streams = await Promise.all(
      [tutor, student].map((person) =>
        joined(app.socket(person.accessToken).subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents'),
      ),
    );
    for (let n = 1; n <= 10; n++) await say(n % 2 ? tutor : student, `message ${n}`);
    for (const stream of streams) {
      const events = await stream.take(10);
      expect(events.map(({ chatEvents }) => chatEvents.message.sequence)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
      ]);
    }
  });

  it('resumes after a cursor: what was missed, then ChannelJoined, then what comes', async () => {
    const first = await joined(
      app.socket(student.accessToken).subscribe(chatEvents, { roomId: lesson.id }),
      'chatEvents',
    );
    await say(tutor, 'seen');
    const { cursor } = (await first.next()).chatEvents;
    first.stop();
    await say(tutor, 'missed');
    const after = app.socket(student.accessToken).subscribe(chatEvents, { roomId: lesson.id, after: cursor });
    expect((await after.next()).chatEvents.message.body).toBe('missed');
    await joined(after, 'chatEvents');
    await say(tutor, 'live');
    expect((await after.next()).chatEvents.message.body).toBe('live');
  });

  it('complete of the client ends it, and its id may be used again', async () => {
    const socket = app.socket(tutor.accessToken);
    const first = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    first.stop();
    const second = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    await say(student, 'once');
    expect((await second.next()).chatEvents.message.body).toBe('once');
  });

  it('several subscriptions of one socket each get their own events', async () => {
    const socket = app.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    const lessons = await joined(socket.subscribe(lessonEvents, { id: lesson.id }), 'lessonEvents');
    await app
      .client(tutor.accessToken)
      .data(
        `mutation ($id: ID!) { updateLesson(input: { lessonId: $id, title: "Renamed" }) { lesson { id } } }`,
        { id: lesson.id },
      );
    await say(tutor, 'hello');
    expect((await lessons.next()).lessonEvents).toMatchObject({
      change: 'EDITED',
      lesson: { title: 'Renamed' },
    });
    expect((await chat.next()).chatEvents.message.body).toBe('hello');
  });

  it('a cursor of another channel is VALIDATION_ERROR', async () => {
    const first = app.socket(student.accessToken).subscribe(chatEvents, { roomId: lesson.id });
    const { cursor } = (await first.next()).chatEvents;
    const other = app.socket(student.accessToken).subscribe(lessonEvents, { id: lesson.id, after: cursor });
    expect(await code(other)).toEqual(['VALIDATION_ERROR']);
  });

  it('one execution serves all who are alike, and each gets it under its own id', async () => {
    const streams = await Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const query = n % 2 ? chatEvents : chatEvents.replace('$after: Cursor', '$after: Cursor = null');
        const person = n < 4 ? tutor : student;
        return joined(app.socket(person.accessToken).subscribe(query, { roomId: lesson.id }), 'chatEvents');
      }),
    );
    const before = await executions();
    await say(tutor, 'to all');
    for (const stream of streams) expect((await stream.next()).chatEvents.message.body).toBe('to all');
    expect((await executions()) - before).toBe(2);
  });

  it('those who ask for what depends on the viewer are executed each for themselves', async () => {
    const query = `subscription ($roomId: ID!) { chatEvents(roomId: $roomId) {
      __typename ... on MessageSent { message { author { email displayName } } } } }`;
    const [own, others] = await Promise.all(
      [tutor, student].map((person) =>
        joined(app.socket(person.accessToken).subscribe(query, { roomId: lesson.id }), 'chatEvents'),
      ),
    );
    await say(tutor, 'whose address?');
    expect((await (own as Received).next()).chatEvents.message.author.email).toBe(tutor.email);
    expect((await (others as Received).next()).chatEvents.message.author.email).toBeNull();
  });

  async function executions(): Promise<number> {
    const text = await (await fetch(`${app.origin}/metrics`)).text();
    return Number(/subscription_executions_total\{field="chatEvents"\} (\d+)/.exec(text)?.[1] ?? 0);
  }
});

describe('access that ends', () => {
  const signOut = 'mutation { signOut { ok } }';

  it('with the relation: both are told SUBSCRIPTION_REVOKED, and their sockets stay open', async () => {
    const socket = app.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    await say(tutor, 'last');
    await endRelation();
    expect((await chat.next()).chatEvents.message.body).toBe('last');
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
    await joined(socket.subscribe(lessonEvents, { id: lesson.id }), 'lessonEvents');
  });

  it('with the membership of a classroom: its chat and its presence end, and the socket stays', async () => {
    const { id: roomId } = await school.classroom(tutor, [student]);
    const socket = app.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId }), 'chatEvents');
    const presence = socket.subscribe(presenceEvents, { roomId });
    await presence.next();
    await removeMember(roomId);
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await code(presence)).toEqual(['SUBSCRIPTION_REVOKED']);
    await joined(socket.subscribe(lessonEvents, { id: lesson.id }), 'lessonEvents');
  });

  it('with the session: every subscription is told, then the socket closes with 4403', async () => {
    const socket = app.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    const lessons = await joined(socket.subscribe(lessonEvents), 'lessonEvents');
    await app.client(student.accessToken).data(signOut);
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await code(lessons)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await socket.closed).toMatchObject({ code: 4403, reason: 'SESSION_EXPIRED' });
  });

  it('by a sign-out over the very socket: it is answered before the socket closes', async () => {
    const socket = app.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    const answer = await socket.subscribe(signOut).next();
    expect(answer).toEqual({ signOut: { ok: true } });
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  it('on every process within a second, though the signal is lost', async () => {
    const socket = deaf.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    const at = performance.now();
    await app.client(student.accessToken).data(signOut);
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(performance.now() - at).toBeLessThan(1_000);
  });

  it('before any later event, whatever process and whichever signal is lost', async () => {
    const other = await school.tutor();
    await school.relation(other, student);
    const socket = deaf.socket(student.accessToken);
    const chat = await joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents');
    await app.client(student.accessToken).data(signOut);
    // Told of by nobody but this: the event arrives, the ending has not been polled.
    const { id } = (await say(tutor, 'not for you')).sendMessage.message;
    const { database, channels } = deaf.foundation;
    const [event] = await database.sql<{ channel: string; seq: number; tag: string; payload: object }>(
      `SELECT channel, seq::float8 AS seq, tag::text AS tag, payload FROM channel_event WHERE channel LIKE 'chat:%'
       ORDER BY occurred_at DESC LIMIT 1`,
    );
    if (!event) throw new Error(`no event of ${id}`);
    channels.committed([
      {
        ...event,
        payload: event.payload as Record<string, unknown>,
        kind: 'message.sent',
        actorId: tutor.uuid,
        occurredAt: new Date(),
      },
    ]);
    expect(await code(chat)).toEqual(['SUBSCRIPTION_REVOKED']);
  });

  it('with the user: the sockets of all their sessions, and nobody else’s', async () => {
    const [mine, theirs] = [app.socket(student.accessToken), app.socket(tutor.accessToken)];
    const [chat, other] = await Promise.all(
      [mine, theirs].map((socket) =>
        joined(socket.subscribe(chatEvents, { roomId: lesson.id }), 'chatEvents'),
      ),
    );
    const { database, channels } = app.foundation;
    await database.transaction((tx) => channels.append(tx, [ended('user', student.uuid)]));
    expect(await code(chat as Received)).toEqual(['SUBSCRIPTION_REVOKED']);
    expect(await mine.closed).toMatchObject({ code: 4403 });
    await say(tutor, 'alone');
    expect((await (other as Received).next()).chatEvents.message.body).toBe('alone');
  });
});
