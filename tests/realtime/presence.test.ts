import type { Person, School, SeededLesson } from '../testkit/seed.js';
import type { Received, SocketClient } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';
import { type SecondNode, startSecondNode } from './second-node.js';

let app: TestApp;
let other: SecondNode;
let school: School;
let tutor: Person;
let student: Person;
let lesson: SeededLesson;
let relationId: string;

beforeAll(async () => {
  app = await startApp();
  other = await startSecondNode(app);
});
afterAll(async () => {
  await other.stop();
  await app.stop();
});
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
});

const presenceEvents = `subscription ($roomId: ID!) { presenceEvents(roomId: $roomId) { __typename
  ... on PresenceSnapshot { present { userId online typing } } ... on PresenceChanged { presence { userId online typing } } } }`;
const inboxEvents = `subscription ($after: Cursor) { inboxEvents(after: $after) { __typename
  ... on ChannelEvent { cursor } ... on RoomActivity { roomId } ... on ReadMarkerMoved { roomId upToSequence unreadCount } } }`;

const enter = (socket: SocketClient) => socket.subscribe(presenceEvents, { roomId: lesson.id });
const next = async (received: Received) => (await received.next()).presenceEvents;
const setTyping = (person: Person, typing: boolean) =>
  app
    .client(person.accessToken)
    .send(
      'mutation ($roomId: ID!, $typing: Boolean!) { setTyping(input: { roomId: $roomId, typing: $typing }) { ok } }',
      {
        roomId: lesson.id,
        typing,
      },
    );
const say = (person: Person, body: string) =>
  app
    .client(person.accessToken)
    .data(
      'mutation ($roomId: ID!, $body: String!) { sendMessage(input: { roomId: $roomId, body: $body }) { message { sequence } } }',
      {
        roomId: lesson.id,
        body,
      },
    );

describe('presence', () => {
  it('begins with who is there, and tells who comes, on whichever process', async () => {
    const first = enter(app.socket(tutor.accessToken));
    expect(await next(first)).toEqual({
      __typename: 'PresenceSnapshot',
      present: [{ userId: tutor.id, online: true, typing: false }],
    });
    const second = enter(other.socket(student.accessToken));
    const { present } = await next(second);
    expect(present.map(({ userId }: { userId: string }) => userId).sort()).toEqual(
      [tutor.id, student.id].sort(),
    );
    expect(await next(first)).toEqual({
      __typename: 'PresenceChanged',
      presence: { userId: student.id, online: true, typing: false },
    });
  });

  it('tells who types, and when they cease', async () => {
    const watching = enter(other.socket(tutor.accessToken));
    await next(watching);
    await next(enter(app.socket(student.accessToken)));
    expect((await next(watching)).presence.online).toBe(true);
    await setTyping(student, true);
    expect((await next(watching)).presence).toEqual({ userId: student.id, online: true, typing: true });
    await setTyping(student, false);
    expect((await next(watching)).presence).toEqual({ userId: student.id, online: true, typing: false });
  });

  it('a second connection of a user changes nothing, nor does its end', async () => {
    const watching = enter(app.socket(tutor.accessToken));
    await next(watching);
    const one = app.socket(student.accessToken);
    await next(enter(one));
    expect((await next(watching)).presence.userId).toBe(student.id);
    const two = enter(app.socket(student.accessToken));
    await next(two);
    await one.dispose();
    await setTyping(student, true);
    expect((await next(watching)).presence).toMatchObject({ userId: student.id, online: true, typing: true });
  });

  it('those who were there through a dead process are gone when its lease is over', async () => {
    const watching = enter(app.socket(tutor.accessToken));
    await next(watching);
    const uuid = '01900000-0000-7000-8000-00000000dead';
    await execute(app.databaseUrl, "INSERT INTO presence_node VALUES ($1, now() + interval '1 minute')", [
      uuid,
    ]);
    await execute(app.databaseUrl, 'INSERT INTO presence VALUES ($1, $2, $3, $4, now())', [
      uuid,
      lesson.uuid,
      student.uuid,
      school.organizationId,
    ]);
    app.foundation.signals.send('presence', lesson.uuid);
    expect((await next(watching)).presence.online).toBe(true);
    await execute(app.databaseUrl, 'UPDATE presence_node SET lease_until = now() WHERE id = $1', [uuid]);
    app.foundation.signals.send('presence', lesson.uuid);
    expect((await next(watching)).presence).toEqual({ userId: student.id, online: false, typing: false });
  });

  it('is refused to strangers, and to admins, and so is typing', async () => {
    for (const person of [await school.tutor(), await school.admin()]) {
      const [error] = await enter(app.socket(person.accessToken)).errors();
      expect(error?.extensions.code).toBe('ROOM_NOT_FOUND');
      expect((await setTyping(person, true)).errors?.[0]?.extensions.code).toBe('ROOM_NOT_FOUND');
    }
  });

  it('ends with SUBSCRIPTION_REVOKED when the relation does', async () => {
    const watching = enter(app.socket(student.accessToken));
    await next(watching);
    await app
      .client(tutor.accessToken)
      .data(
        'mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }',
        {
          id: relationId,
        },
      );
    const [error] = await watching.errors();
    expect(error?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
  });
});

describe('the inbox', () => {
  const joined = async (received: Received) => {
    expect((await received.next()).inboxEvents.__typename).toBe('ChannelJoined');
    return received;
  };

  it('tells of a new message in a room on whichever process, without an event of its own', async () => {
    const inboxes = await Promise.all(
      [app.socket(student.accessToken), other.socket(student.accessToken)].map((socket) =>
        joined(socket.subscribe(inboxEvents)),
      ),
    );
    await say(tutor, 'hello');
    for (const inbox of inboxes)
      expect((await inbox.next()).inboxEvents).toEqual({ __typename: 'RoomActivity', roomId: lesson.id });
    const rows = await execute(app.databaseUrl, 'SELECT 1 AS one FROM channel_event WHERE channel = $1', [
      `inbox:${student.uuid}`,
    ]);
    expect(rows).toEqual([]);
  });

  it('tells all devices how far the user has read, and resumes', async () => {
    await say(tutor, 'one');
    await say(tutor, 'two');
    const { rooms } = await app.client(student.accessToken).data('{ rooms { eventCursor } }');
    const markRead = (upToSequence: number) =>
      app
        .client(student.accessToken)
        .data(
          'mutation ($r: ID!, $u: Int!) { markRead(input: { roomId: $r, upToSequence: $u }) { room { id } } }',
          {
            r: lesson.id,
            u: upToSequence,
          },
        );
    await markRead(1);
    const inbox = app.socket(student.accessToken).subscribe(inboxEvents, { after: rooms.eventCursor });
    expect((await inbox.next()).inboxEvents).toMatchObject({
      __typename: 'ReadMarkerMoved',
      roomId: lesson.id,
      upToSequence: 1,
      unreadCount: 1,
    });
    await joined(inbox);
    await markRead(2);
    expect((await inbox.next()).inboxEvents).toMatchObject({ upToSequence: 2, unreadCount: 0 });
  });

  it('is nobody else’s: a stranger hears of their own room only', async () => {
    const stranger = await school.student();
    const strangers = await joined(app.socket(stranger.accessToken).subscribe(inboxEvents));
    await say(tutor, 'private');
    await school.relation(tutor, stranger);
    lesson = await school.lesson(tutor, stranger);
    await say(tutor, 'for you');
    expect((await strangers.next()).inboxEvents.roomId).toBe(lesson.id);
  });

  it('is refused without signing in', async () => {
    const [error] = await app.socket().subscribe(inboxEvents).errors();
    expect(error?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
