import pg from 'pg';
import { createChatService } from '../../src/modules/chats/service.js';
import { encodeId } from '../../src/shared/ids.js';
import type { Viewer } from '../../src/shared/viewer.js';
import { eventually } from '../testkit/eventually.js';
import type { Person, School, SeededClassroom } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const authors = 20;
const each = 25;

let app: TestApp;
let school: School;
let tutor: Person;
let members: Person[];
let classroom: SeededClassroom;

beforeAll(async () => {
  app = await startApp();
  school = await app.seed.school();
  tutor = await school.tutor();
  members = await Promise.all(Array.from({ length: authors - 1 }, () => school.student()));
});
afterAll(() => app.stop());
beforeEach(async () => {
  classroom = await school.classroom(tutor, members);
});

/** A node's chats: its own turns over the same database. */
function node() {
  const { database, channels } = app.foundation;
  return createChatService({ database, channels, unreadMessageDelaySeconds: 60, onError: () => {} });
}

const viewerOf = ({ uuid, sessionId, role, displayName }: Person): Viewer => ({
  ...{ userId: uuid, sessionId, role, displayName },
  organizationId: school.organizationId,
  timeZone: 'Europe/Kyiv',
  locale: 'en',
});
const draft = (body: string, clientMessageId: string | null = null) => ({
  ...{ body, clientMessageId },
  replyToId: null,
  mentionIds: [],
});

async function sequences(): Promise<{ messages: number[]; events: number[]; last: number }> {
  const [row] = await app.foundation.database.sql<{ messages: number[]; events: number[]; last: number }>(
    `SELECT ARRAY(SELECT sequence FROM chat_message WHERE classroom_id = $1::uuid ORDER BY sequence) AS messages,
       ARRAY(SELECT seq::int FROM channel_event WHERE channel = 'chat:' || $1::text ORDER BY seq) AS events,
       (SELECT last_seq::int FROM channel WHERE id = 'chat:' || $1::text) AS last`,
    classroom.uuid,
  );
  return row as { messages: number[]; events: number[]; last: number };
}

it('20 authors on two nodes who write as fast as they can leave a sequence without gaps', async () => {
  const nodes = [node(), node()] as const;
  const key = { kind: 'classroom', id: classroom.uuid } as const;

  const sent = await Promise.all(
    [tutor, ...members].map(async (author, index) => {
      const own: number[] = [];
      for (let turn = 0; turn < each; turn++) {
        const chats = nodes[(index + turn) % 2 === 0 ? 0 : 1];
        own.push((await chats.sendMessage(viewerOf(author), key, draft(`${index}/${turn}`))).sequence);
      }
      return own;
    }),
  );

  const dense = Array.from({ length: authors * each }, (_, index) => index + 1);
  expect(await sequences()).toEqual({ messages: dense, events: dense, last: authors * each });
  // Each author's own messages keep their order, and each was told its own place.
  expect(
    sent.every((own) => own.every((sequence, index) => index === 0 || sequence > (own[index - 1] ?? 0))),
  ).toBe(true);
  expect(sent.flat().sort((a, b) => a - b)).toEqual(dense);
});

it('what waits for the same turn is written in one statement', async () => {
  const chats = node();
  const key = { kind: 'classroom', id: classroom.uuid } as const;
  await chats.sendMessage(viewerOf(tutor), key, draft('so that the channel exists'));

  const { statements } = await app.statements.during(() =>
    Promise.all(
      [tutor, ...members].map((author) => chats.sendMessage(viewerOf(author), key, draft('at once'))),
    ),
  );

  expect(statements.filter((text) => text.includes('INSERT INTO chat_message')).length).toBeLessThanOrEqual(
    2,
  );
});

it('messages that are written together are told by one item, although the last of them is deleted', async () => {
  const chats = node();
  const key = { kind: 'classroom', id: classroom.uuid } as const;
  await Promise.all(
    [tutor, ...members].map((author) => chats.sendMessage(viewerOf(author), key, draft('hello'))),
  );
  const { sql } = app.foundation.database;
  const items = await sql<{ sequence: number; since: number }>(
    `SELECT (payload ->> 'sequence')::int AS sequence, (payload ->> 'since')::int AS since
       FROM notification_queue_item WHERE payload ->> 'roomId' = $1 ORDER BY 1`,
    classroom.uuid,
  );
  expect(items.length).toBeLessThanOrEqual(2);
  // Together they cover every message once.
  expect(items.map(({ since }) => since)).toEqual([
    1,
    ...items.slice(0, -1).map(({ sequence }) => sequence + 1),
  ]);
  expect(items.at(-1)?.sequence).toBe(authors);

  const [last] = await sql<{ authorId: string }>(
    `UPDATE chat_message SET body = NULL, deleted_at = now() WHERE classroom_id = $1 AND sequence = $2
     RETURNING author_id::text AS "authorId"`,
    classroom.uuid,
    authors,
  );
  await sql(`UPDATE notification_queue_item SET run_at = now()`);
  await app.deliver();
  const told = await sql<{ userId: string }>(
    `SELECT user_id::text AS "userId" FROM notification WHERE subject = $1`,
    encodeId('room', classroom.uuid),
  );
  // The author of the last but one has read what came before, and nothing is left after it.
  expect(told).toHaveLength(authors - 2);
  expect(told.map(({ userId }) => userId)).not.toContain(last?.authorId);
});

it('a twin from another node takes none of those with it that were written together with it', async () => {
  const [here, there] = [node(), node()];
  const key = { kind: 'classroom', id: classroom.uuid } as const;
  const rush = (chats: ReturnType<typeof node>) =>
    [tutor, ...members].map((author, index) =>
      chats.sendMessage(viewerOf(author), key, draft('hello', index % 4 === 0 ? `key ${index}` : null)),
    );

  const [mine, theirs] = await Promise.all([Promise.all(rush(here)), Promise.all(rush(there))]);

  const ids = new Set([...mine, ...theirs].map(({ id }) => id));
  expect(ids.size).toBe(2 * authors - authors / 4);
  expect((await sequences()).last).toBe(ids.size);
});

it('who was removed while they waited for their turn writes nothing', async () => {
  const chats = node();
  const key = { kind: 'classroom', id: classroom.uuid } as const;
  const [leaver] = members as [Person];
  await chats.sendMessage(viewerOf(tutor), key, draft('so that the channel exists'));
  const locker = new pg.Client({ connectionString: app.databaseUrl });
  await locker.connect();
  await locker.query('BEGIN');
  await locker.query('SELECT FROM channel WHERE id = $1 FOR UPDATE', [`chat:${classroom.uuid}`]);
  const first = chats.sendMessage(viewerOf(tutor), key, draft('holds the turn'));
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await eventually(
    // Not by the locker: within a transaction what others do is what it was at the first look.
    async () => (await app.foundation.database.sql(waiting)).length,
    (count) => count === 1,
  );
  const late = chats.sendMessage(viewerOf(leaver), key, draft('too late'));
  const refused = expect(late).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  // Asked after it, hence answered after it: they were let in, and wait for their turn now.
  await chats.requireRoom(viewerOf(leaver), key);
  await app.foundation.database.sql(
    'UPDATE classroom_member SET left_at = now() WHERE classroom_id = $1 AND user_id = $2',
    classroom.uuid,
    leaver.uuid,
  );

  await locker.query('COMMIT');
  await locker.end();

  await refused;
  expect((await first).sequence).toBe(2);
  expect((await sequences()).last).toBe(2);
});

it('an answer to what is removed in that moment takes none of those with it that were written together with it', async () => {
  const chats = node();
  const key = { kind: 'classroom', id: classroom.uuid } as const;
  const [first, second] = members as [Person, Person];
  const { id: replyToId } = await chats.sendMessage(viewerOf(tutor), key, draft('old'));
  for (const author of [first, second]) await chats.sendMessage(viewerOf(author), key, draft('here'));
  const [locker, remover] = await Promise.all(
    ['locker', 'remover'].map(async () => {
      const client = new pg.Client({ connectionString: app.databaseUrl });
      await client.connect();
      await client.query('BEGIN');
      return client;
    }),
  );
  if (!locker || !remover) throw new Error('two connections are needed');
  const waiting = () =>
    eventually(
      async () => {
        const text = `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await app.foundation.database.sql(text)).length;
      },
      (count) => count === 1,
    );
  await locker.query('SELECT FROM channel WHERE id = $1 FOR UPDATE', [`chat:${classroom.uuid}`]);
  const holding = chats.sendMessage(viewerOf(tutor), key, draft('holds the turn'));
  await waiting();
  const answer = chats.sendMessage(viewerOf(first), key, { ...draft('an answer'), replyToId });
  const refused = expect(answer).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  const other = chats.sendMessage(viewerOf(second), key, draft('something else'));
  await remover.query('DELETE FROM chat_message WHERE id = $1', [replyToId]);
  await locker.query('COMMIT');
  const { sequence } = await holding;
  // The statement of both waits for what becomes of the message that is answered.
  await waiting();
  await remover.query('COMMIT');
  await Promise.all([locker.end(), remover.end()]);

  await refused;
  expect((await other).sequence).toBe(sequence + 1);
});
