import type { Person, School, SeededClassroom } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const message = `message { id sequence version body editedAt deletedAt deletedBy { id } mentions { id }
  reactions { emoji count userIds } }`;
const mutation = (name: string, input: string) =>
  `mutation($input: ${input}!) { ${name}(input: $input) { ${message} } }`;
const operations = {
  sendMessage: mutation('sendMessage', 'SendMessageInput'),
  editMessage: mutation('editMessage', 'EditMessageInput'),
  deleteMessage: mutation('deleteMessage', 'MessageActionInput'),
  addReaction: mutation('addReaction', 'ReactionInput'),
  removeReaction: mutation('removeReaction', 'ReactionInput'),
};
const chatEvents = `subscription($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename ... on ChannelEvent { cursor }
  ${['MessageSent', 'MessageEdited', 'MessageDeleted', 'ReactionsChanged'].map((type) => `... on ${type} { ${message} }`).join(' ')} } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let relationId: string;
let classroom: SeededClassroom;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  classroom = await school.classroom(tutor, [student]);
});

const as = (person: Person) => app.client(person.accessToken);
async function act(person: Person, name: keyof typeof operations, input: Record<string, unknown>) {
  return (await as(person).data(operations[name], { input }))[name].message;
}
const say = (person: Person, body: string, more: Record<string, unknown> = {}) =>
  act(person, 'sendMessage', { roomId: classroom.id, body, ...more });
async function refusal(person: Person, name: keyof typeof operations, input: Record<string, unknown>) {
  return (await as(person).error(operations[name], { input })).extensions;
}
const notified = async (person: Person) =>
  (
    await as(person).data('{ notifications { edges { node { type title subject { id } } } } }')
  ).notifications.edges.map(({ node }: { node: unknown }) => node);

describe('every kind of room', () => {
  it('is written to, followed, read and counted in the same way', async () => {
    const lesson = await school.lesson(tutor, student);
    for (const roomId of [lesson.id, classroom.id, relationId]) {
      const events = app.socket(student.accessToken).subscribe(chatEvents, { roomId });
      await events.next();
      const sent = await act(tutor, 'sendMessage', { roomId, body: 'hello' });
      expect((await events.next()).chatEvents.message).toMatchObject({
        id: sent.id,
        body: 'hello',
        sequence: 1,
      });
      const { rooms } = await as(student).data('{ rooms { edges { node { roomId unreadCount } } } }');
      expect(rooms.edges[0].node).toEqual({ roomId, unreadCount: 1 });
      const typing = `mutation { setTyping(input: { roomId: "${roomId}", typing: true }) { ok } }`;
      expect((await as(student).data(typing)).setTyping.ok).toBe(true);
      const read = `mutation { markRead(input: { roomId: "${roomId}", upToSequence: 1 }) { room { unreadCount } } }`;
      expect((await as(student).data(read)).markRead.room.unreadCount).toBe(0);
    }
  });

  it('direct chat ends with the relation, on open subscriptions too', async () => {
    const events = app.socket(student.accessToken).subscribe(chatEvents, { roomId: relationId });
    await events.next();

    await as(tutor).data(
      `mutation { endTutorStudentRelation(input: { relationId: "${relationId}" }) { relation { id } } }`,
    );

    expect((await events.errors())[0]?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
    expect((await refusal(tutor, 'sendMessage', { roomId: relationId, body: 'hello?' })).code).toBe(
      'ROOM_NOT_FOUND',
    );
    const { errors } = await as(tutor).send(
      `{ node(id: "${relationId}") { ... on TutorStudentRelation { status chat { id } } } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('CHAT_NOT_ACCESSIBLE');
  });
});

describe('a message', () => {
  it('is edited, reacted to and deleted, each with the next version and its event', async () => {
    const events = app.socket(student.accessToken).subscribe(chatEvents, { roomId: classroom.id });
    await events.next();
    const { id } = await say(tutor, 'Helo');
    await events.next();

    expect(await act(tutor, 'editMessage', { messageId: id, body: 'Hello' })).toMatchObject({
      body: 'Hello',
      version: 2,
      editedAt: expect.any(String),
    });
    expect((await act(student, 'addReaction', { messageId: id, emoji: '👍🏽' })).reactions).toEqual([
      { emoji: '👍🏽', count: 1, userIds: [student.id] },
    ]);
    await act(tutor, 'addReaction', { messageId: id, emoji: '👍🏽' });
    await act(student, 'removeReaction', { messageId: id, emoji: '👍🏽' });
    await act(tutor, 'deleteMessage', { messageId: id });

    const seen = (await events.take(5)).map(({ chatEvents: event }) => [event.__typename, event.message.id]);
    expect(seen).toEqual(
      ['MessageEdited', 'ReactionsChanged', 'ReactionsChanged', 'ReactionsChanged', 'MessageDeleted'].map(
        (type) => [type, id],
      ),
    );
    const replay = app.socket(student.accessToken).subscribe(chatEvents, { roomId: classroom.id });
    await replay.next();
    const data = await as(student).data(
      `{ node(id: "${id}") { ... on ChatMessage { ${message.slice(10, -2)} } } }`,
    );
    expect(data.node).toMatchObject({ version: 6, body: null, deletedBy: { id: tutor.id }, reactions: [] });
  });

  it('that does not change appends nothing: the same text, a reaction twice, a deletion twice', async () => {
    const { id } = await say(student, 'once');
    await act(student, 'addReaction', { messageId: id, emoji: '🎉' });
    const events = app.socket(student.accessToken).subscribe(chatEvents, { roomId: classroom.id });
    await events.next();

    expect((await act(student, 'editMessage', { messageId: id, body: 'once' })).version).toBe(2);
    expect((await act(student, 'addReaction', { messageId: id, emoji: '🎉' })).version).toBe(2);
    expect((await act(student, 'removeReaction', { messageId: id, emoji: '👎' })).version).toBe(2);
    await act(tutor, 'deleteMessage', { messageId: id });
    expect(await act(student, 'deleteMessage', { messageId: id })).toMatchObject({
      version: 3,
      deletedBy: { id: tutor.id },
    });
    await say(tutor, 'end');

    const kinds = (await events.take(2)).map(({ chatEvents: event }) => event.__typename);
    expect(kinds).toEqual(['MessageDeleted', 'MessageSent']);
  });

  it('is changed only by who may', async () => {
    const other = await school.tutor();
    await app.foundation.database.sql(
      `INSERT INTO classroom_member (classroom_id, user_id, organization_id) VALUES ($1, $2, $3)`,
      classroom.uuid,
      other.uuid,
      school.organizationId,
    );
    const { id } = await say(student, 'mine');

    expect((await refusal(tutor, 'editMessage', { messageId: id, body: 'yours' })).code).toBe('FORBIDDEN');
    expect((await refusal(other, 'deleteMessage', { messageId: id })).code).toBe('FORBIDDEN');
    expect((await refusal(await school.tutor(), 'deleteMessage', { messageId: id })).code).toBe(
      'MESSAGE_NOT_FOUND',
    );
    await act(tutor, 'deleteMessage', { messageId: id });
    expect((await refusal(student, 'editMessage', { messageId: id, body: 'back' })).code).toBe(
      'MESSAGE_DELETED',
    );
    expect((await refusal(student, 'addReaction', { messageId: id, emoji: '👍' })).code).toBe(
      'MESSAGE_DELETED',
    );
  });

  it.each(['', 'a', '👍👍', '<b>', '\u{1F1FA}', '‍'])('takes no reaction %j', async (emoji) => {
    const { id } = await say(student, 'react');

    expect(Object.keys((await refusal(tutor, 'addReaction', { messageId: id, emoji })).fields)).toEqual([
      'input.emoji',
    ]);
  });

  it('has at most 20 different reactions', async () => {
    const { id } = await say(student, 'react');
    const emojis = Array.from({ length: 21 }, (_, index) => String.fromCodePoint(0x1f600 + index));
    for (const emoji of emojis.slice(0, 20)) await act(tutor, 'addReaction', { messageId: id, emoji });

    expect((await refusal(tutor, 'addReaction', { messageId: id, emoji: emojis[20] })).code).toBe(
      'VALIDATION_ERROR',
    );
    expect((await act(student, 'addReaction', { messageId: id, emoji: emojis[0] })).reactions[0].count).toBe(
      2,
    );
  });

  it.each(['a\rb', 'a\u0085b', 'a\u007fb'])(
    'takes no control character but tab and line feed: %j',
    async (body) => {
      const { fields } = await refusal(tutor, 'sendMessage', { roomId: classroom.id, body });

      expect(Object.keys(fields)).toEqual(['input.body']);
      expect(fields['input.body']).toHaveLength(1);
    },
  );
});

describe('mentions', () => {
  it('tell those who are named at once, and nobody else', async () => {
    const other = await school.student();
    const { id, mentions } = await say(tutor, '@Tom, look', { mentionIds: [student.id, student.id] });
    expect(mentions).toEqual([{ id: student.id }]);

    await app.deliver();

    expect(
      (await notified(student)).filter(({ type }: { type: string }) => type === 'message.mention'),
    ).toEqual([
      { type: 'message.mention', title: expect.stringContaining(tutor.displayName), subject: { id } },
    ]);
    expect(await notified(other)).toEqual([]);
  });

  it('wake the worker: nobody waits for its next look', async () => {
    const worker = app.worker({ intervalSeconds: 600 });
    worker.start();
    const events = app
      .socket(student.accessToken)
      .subscribe(
        'subscription { notificationEvents { __typename ... on NotificationAdded { notification { type } } } }',
      );
    await events.next();

    await say(tutor, 'now', { mentionIds: [student.id] });

    const types = (await events.take(2)).map(
      ({ notificationEvents }) => notificationEvents.notification.type,
    );
    expect(types.sort()).toEqual(['message.mention', 'message.unread']);
    await worker.stop();
  });

  it('of somebody who has read the message, or of a deleted one, tell nobody', async () => {
    const { sequence } = await say(tutor, 'read', { mentionIds: [student.id] });
    await as(student).data(
      `mutation { markRead(input: { roomId: "${classroom.id}", upToSequence: ${sequence} }) { room { id } } }`,
    );
    const { id } = await say(tutor, 'deleted', { mentionIds: [student.id] });
    await act(tutor, 'deleteMessage', { messageId: id });

    await app.deliver();

    expect(await notified(student)).toEqual([]);
  });

  it('name only people who are in the room', async () => {
    const stranger = await school.student();

    const { fields } = await refusal(tutor, 'sendMessage', {
      roomId: classroom.id,
      body: 'hello',
      mentionIds: [student.id, stranger.id],
    });

    expect(Object.keys(fields)).toEqual(['input.mentionIds.1']);
  });
});

describe('unread messages of a classroom', () => {
  it('tell each member once, who has not read them, however many there are', async () => {
    const [reader, sleeper] = [await school.student(), await school.student()];
    const busy = await school.classroom(tutor, [reader, sleeper, student]);
    for (const body of ['one', 'two', 'three']) await act(tutor, 'sendMessage', { roomId: busy.id, body });
    await as(reader).data(
      `mutation { markRead(input: { roomId: "${busy.id}", upToSequence: 3 }) { room { id } } }`,
    );
    await act(student, 'sendMessage', { roomId: busy.id, body: 'four' });
    await as(reader).data(
      `mutation { markRead(input: { roomId: "${busy.id}", upToSequence: 4 }) { room { id } } }`,
    );

    await app.deliver();

    const told = await Promise.all([reader, sleeper, student, tutor].map(notified));
    expect(told.map((list) => list.map(({ title }: { title: string }) => title))).toEqual([
      [],
      ['4 unread messages in “A classroom”'],
      [],
      ['1 unread message in “A classroom”'],
    ]);
  });
});
