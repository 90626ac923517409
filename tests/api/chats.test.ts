import pg from 'pg';
import { createChatService } from '../../src/modules/chats/service.js';
import { encodeId } from '../../src/shared/ids.js';
import type { Viewer } from '../../src/shared/viewer.js';
import { eventually } from '../testkit/eventually.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import type { Received } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const send = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { message {
  id roomId sequence version body author { id displayName } replyTo { id body } createdAt editedAt deletedAt } } }`;
const markRead = `mutation($input: MarkReadInput!) { markRead(input: $input) { room { id unreadCount } } }`;
const chatOf = (fields: string, variables = '') =>
  `query($id: ID!${variables}) { lesson(id: $id) { chat { ${fields} } } }`;
const rooms = `query($first: Int, $after: String) { rooms(first: $first, after: $after) {
  eventCursor pageInfo { hasNextPage endCursor } edges { node { id roomId unreadCount } } } }`;
const chatEvents = `subscription($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename ... on ChannelEvent { cursor } ... on ChannelReset { reason }
  ... on MessageSent { message { id sequence body author { displayName } } } } }`;
const endRelation = `mutation($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { status } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let relationId: string;
let lesson: SeededLesson;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
});

const as = (person: Person | null) => app.client(person?.accessToken);

/** Sends and gives the message. */
async function say(author: Person, body: string, more: Record<string, unknown> = {}) {
  const data = await as(author).data(send, { input: { roomId: lesson.id, body, ...more } });
  return data.sendMessage.message;
}

/** The error of sending. */
function refusal(author: Person | null, body: unknown, more: Record<string, unknown> = {}) {
  return as(author).error(send, { input: { roomId: lesson.id, body, ...more } });
}

/** The lesson's chat as this person reads it. */
async function chat(person: Person, fields: string, variables: Record<string, unknown> = {}, declared = '') {
  const data = await as(person).data(chatOf(fields, declared), { id: lesson.id, ...variables });
  return data.lesson.chat;
}

/** A subscription to the chat that has joined. */
async function follow(person: Person, after?: string): Promise<Received> {
  const events = subscribe(person, after);
  expect((await events.next()).chatEvents.__typename).toBe('ChannelJoined');
  return events;
}

function subscribe(person: Person | null, after?: string, roomId = lesson.id): Received {
  return app.socket(person?.accessToken).subscribe(chatEvents, { roomId, after });
}

const sequences = (connection: { edges: { node: { sequence: number } }[] }) =>
  connection.edges.map(({ node }) => node.sequence);

describe('sending a message', () => {
  it('gives the message with its place in the room', async () => {
    const first = await say(tutor, 'Hello');
    const second = await say(student, '  Привіт 👋\n\tkept as sent ');

    expect(first).toMatchObject({
      roomId: lesson.id,
      sequence: 1,
      version: 1,
      body: 'Hello',
      author: { id: tutor.id, displayName: tutor.displayName },
      replyTo: null,
      editedAt: null,
      deletedAt: null,
    });
    expect(second).toMatchObject({ sequence: 2, body: '  Привіт 👋\n\tkept as sent ' });
  });

  it('can answer a message of the same room', async () => {
    const question = await say(student, 'When?');

    const answer = await say(tutor, 'At ten', { replyToId: question.id });

    expect(answer.replyTo).toEqual({ id: question.id, body: 'When?' });
  });

  it('refuses to answer a message of another room as if it were absent', async () => {
    const other = await school.lesson(tutor, student, {
      startsAt: new Date(lesson.startsAt.getTime() + 7_200_000),
    });
    const { sendMessage } = await as(tutor).data(send, { input: { roomId: other.id, body: 'elsewhere' } });

    const error = await refusal(tutor, 'answer', { replyToId: sendMessage.message.id });

    expect(error.extensions.code).toBe('MESSAGE_NOT_FOUND');
  });

  it('gives the same message for the same clientMessageId, sent 20 times at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => say(tutor, 'once', { clientMessageId: 'a' })),
    );

    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(sequences((await chat(tutor, 'messages { edges { node { sequence } } }')).messages)).toEqual([1]);
  });

  it('refuses a clientMessageId that was used for another text', async () => {
    await say(tutor, 'one', { clientMessageId: 'a' });

    const error = await refusal(tutor, 'two', { clientMessageId: 'a' });

    expect(error.extensions).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      fields: { 'input.clientMessageId': [expect.any(String)] },
    });
  });

  it('keeps the keys of different authors apart', async () => {
    const mine = await say(tutor, 'mine', { clientMessageId: 'a' });
    const theirs = await say(student, 'theirs', { clientMessageId: 'a' });

    expect(theirs.id).not.toBe(mine.id);
  });

  it('takes 4,000 characters beyond the basic plane', async () => {
    const body = '👋'.repeat(4_000);

    expect((await say(tutor, body)).body).toBe(body);
  });

  it.each([
    ['nothing', ''],
    ['only white space', ' \n\t '],
    ['only invisible characters', '\u200b\u2060'],
    ['4,001 characters', 'x'.repeat(4_001)],
    ['NUL', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800b'],
    ['a control character', 'a\u0007b'],
  ])('refuses %s', async (_what, body) => {
    const { extensions } = await refusal(tutor, body);

    expect(extensions.code).toBe('VALIDATION_ERROR');
    expect(Object.keys(extensions.fields)).toEqual(['input.body']);
  });

  it('names every bad input by its path', async () => {
    const { extensions } = await as(tutor).error(send, {
      input: { roomId: tutor.id, body: ' ', clientMessageId: '', replyToId: lesson.id },
    });

    expect(Object.keys(extensions.fields).sort()).toEqual([
      'input.body',
      'input.clientMessageId',
      'input.replyToId',
      'input.roomId',
    ]);
  });

  it('numbers 200 messages of two authors at once without losing or repeating one', async () => {
    const sent = await Promise.all(
      Array.from({ length: 200 }, (_, index) => say(index % 2 ? tutor : student, `message ${index}`)),
    );

    const given = sent.map(({ sequence }) => sequence).sort((a, b) => a - b);
    expect(given).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('asks for a notification, with its event in the same commit', async () => {
    const message = await say(tutor, 'one');

    const items = await app.foundation.database.sql(
      `SELECT q.user_id, q.payload, q.organization_id FROM notification_queue_item q
        WHERE q.event_type = 'message.unread' AND q.payload->>'roomId' = $1`,
      lesson.uuid,
    );

    expect(items).toEqual([
      {
        user_id: null,
        organization_id: school.organizationId,
        payload: {
          ...{ roomId: lesson.uuid, kind: 'lesson', authorId: tutor.uuid },
          ...{ sequence: message.sequence, since: message.sequence },
        },
      },
    ]);
  });
});

describe('a room whose channel is locked', () => {
  let locker: pg.Client;

  beforeEach(async () => {
    await say(tutor, 'so that the channel exists');
    locker = new pg.Client({ connectionString: app.databaseUrl });
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT FROM channel WHERE id = $1 FOR UPDATE', [`chat:${lesson.uuid}`]);
  });
  afterEach(() => locker.end());

  const waiting = async () => {
    const { rows } = await locker.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count ?? 0;
  };

  it('takes one connection, however many send, so that others are served', async () => {
    const sending = Promise.all(Array.from({ length: 30 }, (_, index) => say(tutor, `message ${index}`)));
    await eventually(waiting, (count) => count >= 1);

    const other = await school.pair();
    const elsewhere = await school.lesson(other.tutor, other.student);
    const input = { roomId: elsewhere.id, body: 'hello' };
    const { sendMessage } = await as(other.tutor).data(send, { input });

    expect(sendMessage.message.sequence).toBe(1);
    expect(await waiting()).toBe(1);
    await locker.query('COMMIT');
    expect(new Set((await sending).map(({ sequence }) => sequence)).size).toBe(30);
  });

  it('gets one message from twins on two nodes, neither of which could see the other', async () => {
    const { database, channels } = app.foundation;
    const node = createChatService({ database, channels, unreadMessageDelaySeconds: 0, onError: () => {} });
    const viewer: Viewer = {
      userId: tutor.uuid,
      organizationId: school.organizationId,
      sessionId: tutor.sessionId,
      role: 'TUTOR',
      displayName: tutor.displayName,
      timeZone: 'Europe/Kyiv',
      locale: 'en',
    };
    const draft = { body: 'once', clientMessageId: 'a', replyToId: null, mentionIds: [] };
    const here = say(tutor, 'once', { clientMessageId: 'a' });
    const there = node.sendMessage(viewer, { kind: 'lesson', id: lesson.uuid }, draft);
    await eventually(waiting, (count) => count === 2);

    await locker.query('COMMIT');

    expect(encodeId('message', (await there).id)).toBe((await here).id);
    expect((await say(student, 'next')).sequence).toBe(3);
  });
});

describe('who may use a chat', () => {
  /** A person, the relation being as it is, who may not use the chat. */
  const strangers: [string, () => Promise<Person>][] = [
    [
      'another student of the tutor',
      async () => {
        const other = await school.student();
        await school.relation(tutor, other);
        return other;
      },
    ],
    ['an admin of the school', () => school.admin()],
    ['an admin of another school', async () => (await app.seed.school()).admin()],
    [
      'a participant whose relation has ended',
      async () => {
        await say(student, 'before the end');
        await as(tutor).data(endRelation, { id: relationId });
        return student;
      },
    ],
  ];

  it.each(strangers)('%s gets ROOM_NOT_FOUND from every operation', async (_who, find) => {
    const person = await find();

    const codes = [
      (await refusal(person, 'hello')).extensions.code,
      (await as(person).error(markRead, { input: { roomId: lesson.id, upToSequence: 1 } })).extensions.code,
      (await subscribe(person).errors())[0]?.extensions.code,
    ];

    expect(codes).toEqual(['ROOM_NOT_FOUND', 'ROOM_NOT_FOUND', 'ROOM_NOT_FOUND']);
  });

  it.each(strangers)('%s reads neither the room nor a message by its id', async (_who, find) => {
    const message = await say(tutor, 'private');
    const roomId = (await chat(tutor, 'id')).id;
    const person = await find();

    const { data, errors } = await as(person).send(
      `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on ChatMessage { body } } }`,
      { ids: [roomId, message.id] },
    );

    expect(data.nodes).toEqual([null, null]);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND']);
  });

  it.each(strangers)('%s does not have the room in the list', async (_who, find) => {
    const person = await find();

    const listed = (await as(person).data(rooms)).rooms.edges;
    expect(listed.map(({ node }: { node: { roomId: string } }) => node.roomId)).not.toContain(lesson.id);
  });

  it('an absent room is refused in the same words as a forbidden one', async () => {
    const absent = `lesson_${'0'.repeat(26)}`;
    const stranger = await school.student();

    const [missing, forbidden] = await Promise.all([
      as(stranger).error(send, { input: { roomId: absent, body: 'hello' } }),
      refusal(stranger, 'hello'),
    ]);

    expect({ ...forbidden.extensions, requestId: null }).toEqual({ ...missing.extensions, requestId: null });
    expect(forbidden.message).toBe(missing.message);
  });

  it('an admin sees the lesson with CHAT_NOT_ACCESSIBLE in place of its chat', async () => {
    const { data, errors } = await as(await school.admin()).send(chatOf('id'), { id: lesson.id });

    expect(data).toEqual({ lesson: { chat: null } });
    expect(errors).toMatchObject([{ path: ['lesson', 'chat'], extensions: { code: 'CHAT_NOT_ACCESSIBLE' } }]);
  });

  it.each([
    ['sendMessage', send, { body: 'hello' }],
    ['markRead', markRead, { upToSequence: 1 }],
  ])('%s asks for a sign-in', async (_name, mutation, input) => {
    const error = await as(null).error(mutation, { input: { roomId: lesson.id, ...input } });

    expect(error.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('rooms asks for a sign-in', async () => {
    expect((await as(null).error(rooms)).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('the messages of a room', () => {
  const page = `messages(first: $first, after: $after, last: $last, before: $before) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { sequence } } }`;
  const declared = ', $first: Int, $after: String, $last: Int, $before: String';
  const read = async (args: Record<string, unknown>) => (await chat(tutor, page, args, declared)).messages;

  beforeEach(async () => {
    for (let index = 1; index <= 7; index++) await say(student, `message ${index}`);
  });

  it('go forward from the oldest, page by page', async () => {
    const first = await read({ first: 3 });
    const second = await read({ first: 3, after: first.pageInfo.endCursor });
    const third = await read({ first: 3, after: second.pageInfo.endCursor });

    expect([first, second, third].map(sequences)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
  });

  it('go back from the newest, each page with the oldest first', async () => {
    const newest = await read({ last: 3 });
    const older = await read({ last: 3, before: newest.pageInfo.startCursor });
    const oldest = await read({ last: 3, before: older.pageInfo.startCursor });

    expect([newest, older, oldest].map(sequences)).toEqual([[5, 6, 7], [2, 3, 4], [1]]);
    expect([newest, older, oldest].map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('refuse a cursor that is none and a page that is too long', async () => {
    const { extensions } = await as(tutor).error(chatOf(page, declared), {
      id: lesson.id,
      first: 101,
      after: 'x',
    });

    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { first: [expect.any(String)], after: [expect.any(String)] },
    });
  });

  it('can be read as two different pages in one operation', async () => {
    const { oldest, newest } = await chat(
      tutor,
      'oldest: messages(first: 1) { edges { node { sequence } } } newest: messages(last: 1) { edges { node { sequence } } }',
    );

    expect([sequences(oldest), sequences(newest)]).toEqual([[1], [7]]);
  });

  it('keep the place of a deleted one, without its text', async () => {
    await app.foundation.database.sql(
      `UPDATE chat_message SET body = NULL, deleted_at = now(), version = 2 WHERE room_id = $1 AND sequence = 2`,
      lesson.uuid,
    );

    const { messages } = await chat(
      tutor,
      'messages(first: 2) { edges { node { sequence version body deletedAt } } }',
    );

    expect(messages.edges[1].node).toEqual({
      sequence: 2,
      version: 2,
      body: null,
      deletedAt: expect.any(String),
    });
  });
});

describe('unread messages', () => {
  const unread = async (person: Person) => (await chat(person, 'unreadCount')).unreadCount;
  const mark = (person: Person, upToSequence: number) =>
    as(person).data(markRead, { input: { roomId: lesson.id, upToSequence } });
  const moves = (person: Person) =>
    app.foundation.database.sql<{ payload: unknown }>(
      `SELECT payload FROM channel_event WHERE channel = 'inbox:' || $1 AND kind = 'read.moved' ORDER BY seq`,
      person.uuid,
    );

  it("are others' messages past the marker", async () => {
    await say(tutor, 'one');
    await say(tutor, 'two');

    expect([await unread(student), await unread(tutor)]).toEqual([2, 0]);
  });

  it('do not count what was deleted', async () => {
    await say(tutor, 'one');
    await say(tutor, 'two');
    await app.foundation.database.sql(
      'UPDATE chat_message SET body = NULL, deleted_at = now() WHERE room_id = $1 AND sequence = 1',
      lesson.uuid,
    );

    expect(await unread(student)).toBe(1);
  });

  it('are counted to 100', async () => {
    await Promise.all(Array.from({ length: 105 }, (_, index) => say(tutor, `message ${index}`)));

    expect(await unread(student)).toBe(100);
  });

  it('are read up to the marker, which never moves down', async () => {
    for (const body of ['one', 'two', 'three']) await say(tutor, body);

    expect((await mark(student, 2)).markRead.room.unreadCount).toBe(1);
    expect((await mark(student, 1)).markRead.room.unreadCount).toBe(1);
  });

  it('stay unread when they come after a marker that was set beyond the end', async () => {
    await say(tutor, 'one');
    await mark(student, 2_000_000_000);

    await say(tutor, 'two');

    expect(await unread(student)).toBe(1);
  });

  it('count as read by who writes after them', async () => {
    for (const author of [tutor, student, tutor, student]) await say(author, 'hello');

    expect(await unread(student)).toBe(0);
    expect(await unread(tutor)).toBe(1);
  });

  it("are told to the reader's own devices, once for each move", async () => {
    await say(tutor, 'one');
    await say(tutor, 'two');
    for (const upTo of [1, 1, 2, 0]) await mark(student, upTo);

    expect(await moves(student)).toEqual([
      { payload: { roomId: lesson.uuid, kind: 'lesson', upToSequence: 1 } },
      { payload: { roomId: lesson.uuid, kind: 'lesson', upToSequence: 2 } },
    ]);
  });

  it('stand at the highest of many markers that are set at once', async () => {
    for (const body of ['one', 'two', 'three', 'four']) await say(tutor, body);

    await Promise.all([3, 1, 4, 2, 4, 1].map((upTo) => mark(student, upTo)));

    expect(await unread(student)).toBe(0);
    const told = (await moves(student)).map(
      ({ payload }) => (payload as { upToSequence: number }).upToSequence,
    );
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  });

  it('cannot be marked at a negative sequence', async () => {
    const { extensions } = await as(student).error(markRead, {
      input: { roomId: lesson.id, upToSequence: -1 },
    });

    expect(extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.upToSequence': [expect.any(String)] },
    });
  });
});

describe('the list of rooms', () => {
  it('has the latest activity first', async () => {
    const [a, b, c] = (await school.lessons(tutor, student, 3)) as [SeededLesson, SeededLesson, SeededLesson];
    for (const { id } of [b, a, c, b]) await as(student).data(send, { input: { roomId: id, body: 'hello' } });

    const { edges } = (await as(tutor).data(rooms)).rooms;

    expect(edges.slice(0, 3).map(({ node }: { node: { roomId: string } }) => node.roomId)).toEqual([
      b.id,
      c.id,
      a.id,
    ]);
    expect(edges[0].node.unreadCount).toBe(2);
  });

  it('has the rooms that nobody has written in after all others, the last made first', async () => {
    await as(student).data(send, { input: { roomId: lesson.id, body: 'hello' } });
    const later = await school.classroom(tutor, [student]);

    const { edges } = (await as(tutor).data(rooms)).rooms;

    expect(edges.map(({ node }: { node: { roomId: string } }) => node.roomId)).toEqual([
      ...[lesson.id, later.id, relationId],
    ]);
  });

  it('goes on page by page without losing or repeating a room', async () => {
    const more = await school.lessons(tutor, student, 6);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { rooms: page } = await as(student).data(rooms, { first: 2, after });
      seen.push(...page.edges.map(({ node }: { node: { roomId: string } }) => node.roomId));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);

    expect(seen.sort()).toEqual([relationId, lesson.id, ...more.map(({ id }) => id)].sort());
    expect(seen.length).toBe(8);
  });

  it('tells the position of the inbox, with and without rooms', async () => {
    await say(tutor, 'one');
    const before = (await as(student).data(rooms)).rooms.eventCursor;
    await as(student).data(markRead, { input: { roomId: lesson.id, upToSequence: 1 } });
    const after = (await as(student).data(rooms)).rooms.eventCursor;

    expect(after).not.toBe(before);
    expect((await as(await school.tutor()).data(rooms)).rooms).toMatchObject({
      edges: [],
      eventCursor: expect.any(String),
    });
  });
});

describe('the events of a room', () => {
  it('arrive live', async () => {
    const events = await follow(student);

    const message = await say(tutor, 'live');

    expect((await events.next()).chatEvents).toMatchObject({
      __typename: 'MessageSent',
      message: { id: message.id, sequence: 1, body: 'live', author: { displayName: tutor.displayName } },
    });
  });

  it('are told by the commit and do not wait for the next poll', async () => {
    const events = await follow(student);
    const begin = performance.now();

    for (let index = 0; index < 10; index++) {
      await say(tutor, `message ${index}`);
      await events.next();
    }

    // Ten polls would take five seconds.
    expect(performance.now() - begin).toBeLessThan(2_500);
  });

  it('are replayed after the cursor of a page, then go on live', async () => {
    await say(tutor, 'in the page');
    const { eventCursor } = await chat(
      student,
      'eventCursor messages(last: 50) { edges { node { sequence } } }',
    );
    await say(tutor, 'missed');

    const events = subscribe(student, eventCursor);
    const [missed, joined] = await events.take(2);
    await say(tutor, 'live');

    expect(missed.chatEvents.message.body).toBe('missed');
    expect(joined.chatEvents.__typename).toBe('ChannelJoined');
    expect((await events.next()).chatEvents.message.body).toBe('live');
  });

  it('go on after the cursor of the last one that was seen', async () => {
    const first = await follow(student);
    await say(tutor, 'seen');
    const { cursor } = (await first.next()).chatEvents;
    first.stop();
    await say(tutor, 'missed 1');
    await say(tutor, 'missed 2');

    const events = await subscribe(student, cursor).take(3);

    expect(events.map(({ chatEvents: { message, __typename } }) => message?.body ?? __typename)).toEqual([
      'missed 1',
      'missed 2',
      'ChannelJoined',
    ]);
  });

  it('of 200 messages by two authors at once arrive once each and in order', async () => {
    const events = await follow(student);

    const sending = Promise.all(
      Array.from({ length: 200 }, (_, index) => say(index % 2 ? tutor : student, `message ${index}`)),
    );
    const received = await events.take(200);
    await sending;

    const numbers = received.map(({ chatEvents: { message } }) => message.sequence);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(new Set(received.map(({ chatEvents: { message } }) => message.body)).size).toBe(200);
  });

  it('show the present state in a replay: a message deleted since has no text', async () => {
    const { eventCursor } = await chat(student, 'eventCursor');
    await say(tutor, 'regretted');
    await app.foundation.database.sql(
      'UPDATE chat_message SET body = NULL, deleted_at = now() WHERE room_id = $1',
      lesson.uuid,
    );

    expect((await subscribe(student, eventCursor).next()).chatEvents.message).toMatchObject({
      sequence: 1,
      body: null,
    });
  });

  it('leave out a message that was erased since', async () => {
    const { eventCursor } = await chat(student, 'eventCursor');
    await say(tutor, 'erased');
    await say(tutor, 'kept');
    await app.foundation.database.sql(
      'DELETE FROM chat_message WHERE room_id = $1 AND sequence = 1',
      lesson.uuid,
    );

    expect((await subscribe(student, eventCursor).next()).chatEvents.message.body).toBe('kept');
  });

  it('begin with a reset when the cursor belongs to another history', async () => {
    await say(tutor, 'one');
    const { eventCursor } = await chat(student, 'eventCursor');
    await app.foundation.database.sql(
      `UPDATE channel SET last_tag = last_tag + 1 WHERE id = 'chat:' || $1`,
      lesson.uuid,
    );

    const { chatEvents: reset } = await subscribe(student, eventCursor).next();

    expect(reset).toMatchObject({ __typename: 'ChannelReset', reason: 'EPOCH_CHANGED' });
  });

  it('begin with a reset when the events after the cursor have expired', async () => {
    await say(tutor, 'one');
    const { eventCursor } = await chat(student, 'eventCursor');
    for (const body of ['two', 'three', 'four']) await say(tutor, body);
    await app.foundation.database.sql(
      `DELETE FROM channel_event WHERE channel = 'chat:' || $1 AND seq <= 3`,
      lesson.uuid,
    );

    const { chatEvents: reset } = await subscribe(student, eventCursor).next();

    expect(reset).toMatchObject({ __typename: 'ChannelReset', reason: 'HISTORY_EXPIRED' });
  });

  it('begin with a reset when more than 1,000 came since, and go on from its cursor', async () => {
    const { eventCursor } = await chat(student, 'eventCursor');
    await app.foundation.database.sql(
      `WITH head AS (INSERT INTO channel (id, last_seq, last_tag) VALUES ('chat:' || $1, 1001, 1001) RETURNING id)
       INSERT INTO channel_event (channel, seq, tag, kind, payload, occurred_at)
       SELECT id, n, n, 'message.sent', '{"messageId": "01900000-0000-7000-8000-000000000000"}', now()
         FROM head, generate_series(1, 1001) n`,
      lesson.uuid,
    );

    const { chatEvents: reset } = await subscribe(student, eventCursor).next();

    expect(reset).toMatchObject({ __typename: 'ChannelReset', reason: 'TOO_FAR_BEHIND' });
    await follow(student, reset.cursor);
  });

  it('refuse the cursor of another channel', async () => {
    const other = await school.lesson(tutor, student, {
      startsAt: new Date(lesson.startsAt.getTime() + 7_200_000),
    });
    const { eventCursor } = await chat(student, 'eventCursor');

    const [error] = await subscribe(student, eventCursor, other.id).errors();

    expect(error?.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { after: [expect.any(String)] },
    });
  });

  it.each(['with', 'without'])(
    'end within a second when the relation ends, in a room %s messages',
    async (what) => {
      if (what === 'with') await say(tutor, 'before');
      const events = await follow(student);
      const begin = performance.now();

      await as(tutor).data(endRelation, { id: relationId });

      const [error] = await events.errors();
      expect(error?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
      expect(performance.now() - begin).toBeLessThan(1_000);
    },
  );

  it('do not reach a former participant: what was sent before the end is the last', async () => {
    const events = await follow(student);
    await say(tutor, 'before');
    expect((await events.next()).chatEvents.message.body).toBe('before');
    await as(tutor).data(endRelation, { id: relationId });
    await school.relation(tutor, student);

    await say(tutor, 'under a new relation');

    await expect(events.next()).rejects.toThrow('SUBSCRIPTION_REVOKED');
  });
});

describe('SQL statements', () => {
  const list = `{ lessons(first: 100) { edges { node { title tutor { displayName } student { displayName }
    chat { unreadCount messages(last: 1) { edges { node { body author { displayName } } } } } } } } }`;
  const roomList = `{ rooms(first: 100) { edges { node { unreadCount messages(last: 1) { edges { node { body } } } } } } }`;

  /** Statements of a query by a tutor with this many lessons, each with a message. */
  async function count(lessons: number, query: string): Promise<{ statements: number; rows: number }> {
    const pair = await school.pair();
    const made = await school.lessons(pair.tutor, pair.student, lessons);
    await Promise.all(
      made.map(({ id }) => as(pair.student).data(send, { input: { roomId: id, body: 'hello' } })),
    );
    const { result, statements } = await app.statements.during(() => as(pair.tutor).data(query));
    const [connection] = Object.values(result) as { edges: unknown[] }[];
    return { statements: statements.length, rows: connection?.edges.length ?? 0 };
  }

  it.each([
    ['lessons with people, last message and unread count', list],
    ['rooms with last message and unread count', roomList],
  ])('of a list of %s are as many for 20 as for 100', async (_what, query) => {
    const [few, many] = [await count(20, query), await count(100, query)];

    // The list of rooms has that of their relation too.
    expect([few.rows - (few.rows % 2), many.rows]).toEqual([20, 100]);
    expect(many.statements).toBe(few.statements);
  });
});
