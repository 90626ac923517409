import { encodeId } from '../../src/shared/ids.js';
import { eventually } from '../testkit/eventually.js';
import type { Person, School, SeededLesson } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const create = `mutation ($roomId: ID!, $format: ExportFormat) {
  createRoomExport(input: { roomId: $roomId, format: $format }) { url
    export { id roomId format lastSequence exportedSequence startedAt finishedAt } } }`;
const progress = `query ($id: ID!) { roomExport(id: $id) { lastSequence exportedSequence startedAt finishedAt } }`;
const endRelation = `mutation ($id: ID!) { endTutorStudentRelation(input: { relationId: $id }) { relation { id } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let relationId: string;
let lesson: SeededLesson;
let present = new Date();
/** Reads of messages by exports. */
let batches = 0;

beforeAll(async () => {
  app = await startApp({
    clock: { now: () => present },
    observe: ({ text }) => {
      if (text.includes('"authorName"')) batches++;
    },
  });
  // Nothing is searched here, and to index 20 MB of text takes longer than all else.
  await sql('DROP INDEX chat_message_search_idx');
});
afterAll(() => app.stop());
beforeEach(async () => {
  present = new Date();
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  lesson = await school.lesson(tutor, student);
});

const as = (person: Person | null) => app.client(person?.accessToken);
const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);

/** Messages 1 to `count`, each with this text after its number. */
async function write(count: number, text = ''): Promise<void> {
  await sql(
    `WITH head AS (INSERT INTO channel (id, last_seq) VALUES ('chat:' || $1::uuid, $4::int))
     INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body, created_at)
     SELECT uuidv7(), $2, $1, n, $3, n || $5::text, '2026-01-02T03:04:05.678Z' FROM generate_series(1, $4::int) n`,
    ...[lesson.uuid, school.organizationId, tutor.uuid, count, text],
  );
}

const get = (path: string, person: Person | null = null) =>
  fetch(
    new URL(path, app.origin),
    person ? { headers: { authorization: `Bearer ${person.accessToken}` } } : {},
  );
const download = (person: Person | null, format = 'jsonl', room: string = lesson.id) =>
  get(`/exports/rooms/${room}?format=${format}`, person);
const link = async (person: Person, format = 'JSON_LINES') =>
  (await as(person).data(create, { roomId: lesson.id, format })).createRoomExport;
const pathOf = (url: string) => new URL(url).pathname;

describe('a history', () => {
  it('has all messages of the room in order, a JSON object a line', async () => {
    await write(1_201);
    await sql(
      `UPDATE chat_message SET body = NULL, deleted_at = now() WHERE room_id = $1 AND sequence = 2`,
      lesson.uuid,
    );
    const answer = await download(student);
    const lines = (await answer.text()).trimEnd().split('\n');
    const messages = lines.map((line) => JSON.parse(line));

    expect(messages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_201 }, (_, n) => n + 1));
    expect(messages[0]).toEqual({
      id: expect.stringMatching(/^message_/),
      sequence: 1,
      author: { id: tutor.id, displayName: tutor.displayName },
      body: '1',
      replyToId: null,
      createdAt: '2026-01-02T03:04:05.678Z',
      editedAt: null,
      deletedAt: null,
    });
    expect(messages[1]).toMatchObject({ body: null, deletedAt: expect.any(String) });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="${lesson.id}.jsonl"`,
      'cache-control': 'no-store',
      'lectern-last-sequence': '1201',
    });
  });

  it('is text for people, in which no message can look like another', async () => {
    await write(1, `\n[2026-01-01T00:00:00.000Z] Admin: forged\u2028[x] Admin: too`);
    const text = await (await download(student, 'txt')).text();
    expect(text).toBe(
      `[2026-01-02T03:04:05.678Z] ${tutor.displayName}: 1\n    [2026-01-01T00:00:00.000Z] Admin: forged\n    [x] Admin: too\n`,
    );
  });

  it('of an empty room is empty', async () => {
    expect(await (await download(student)).text()).toBe('');
  });

  it('is read only as fast as it is taken, a batch at a time', async () => {
    await write(5_000, 'x'.repeat(3_900));
    batches = 0;
    const answer = await download(student);
    const reader = answer.body?.getReader();
    await reader?.read();
    let [seen, still] = [0, 0];
    await eventually(
      () => {
        still = batches === seen ? still + 1 : 0;
        seen = batches;
        return still;
      },
      (polls) => polls > 20,
    );
    // What the sockets hold is some megabytes; the room has 20 in 10 batches.
    expect(batches).toBeLessThan(9);
    await reader?.cancel();
  });
});

describe('losing access', () => {
  it('ends a history that is being sent, without an end that looks whole', async () => {
    await write(5_000, 'x'.repeat(3_900));
    const answer = await download(student);
    const reader = answer.body?.getReader();
    await reader?.read();
    await as(tutor).data(endRelation, { id: relationId });

    const rest = async () => {
      let bytes = 0;
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done) return bytes;
        bytes += part.value.length;
      }
    };
    await expect(rest()).rejects.toThrow();
  });

  it('closes a link that was not opened yet', async () => {
    await write(1);
    const { url } = await link(student);
    await as(tutor).data(endRelation, { id: relationId });
    expect((await get(pathOf(url))).status).toBe(404);
  });
});

describe('a link', () => {
  it('gives the history without signing in, once', async () => {
    await write(3);
    const { url, export: made } = await link(student, 'TEXT');
    expect(made).toMatchObject({ roomId: lesson.id, format: 'TEXT', lastSequence: 3, exportedSequence: 0 });

    expect(((await (await get(pathOf(url))).text()).match(/\n/g) ?? []).length).toBe(3);
    expect((await get(pathOf(url))).status).toBe(404);
  });

  it('is not used up by a HEAD', async () => {
    const { url } = await link(student);
    expect((await fetch(new URL(pathOf(url), app.origin), { method: 'HEAD' })).status).toBe(404);
    expect((await get(pathOf(url))).status).toBe(200);
  });

  it('lapses after a minute', async () => {
    const { url } = await link(student);
    present = new Date(present.getTime() + 60_001);
    expect((await get(pathOf(url))).status).toBe(404);
  });

  it('opened twice at once gives one history', async () => {
    const { url } = await link(student);
    const answers = await Promise.all(Array.from({ length: 5 }, () => get(pathOf(url))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
  });

  it('does not give what was sent after it was asked for', async () => {
    await write(2);
    const { url } = await link(student);
    await sql(
      `INSERT INTO chat_message (id, organization_id, lesson_id, sequence, author_id, body)
       VALUES (uuidv7(), $2, $1, 3, $3, 'later')`,
      ...[lesson.uuid, school.organizationId, tutor.uuid],
    );
    expect((await (await get(pathOf(url))).text()).trimEnd().split('\n').length).toBe(2);
  });

  it('tells its owner how far it has come, and nobody else', async () => {
    await write(1_200);
    const { url, export: made } = await link(student);
    expect((await as(student).data(progress, { id: made.id })).roomExport).toMatchObject({
      exportedSequence: 0,
      startedAt: null,
      finishedAt: null,
    });
    await (await get(pathOf(url))).text();
    const done = await eventually(
      async () => (await as(student).data(progress, { id: made.id })).roomExport,
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(done).toMatchObject({
      lastSequence: 1_200,
      exportedSequence: 1_200,
      startedAt: expect.any(String),
    });
    for (const other of [tutor, await school.admin(), await (await app.seed.school()).tutor()])
      expect((await as(other).error(progress, { id: made.id })).extensions.code).toBe('NOT_FOUND');
  });
});

describe('who gets a history', () => {
  const places = ['lesson', 'classroom', 'relation'] as const;
  const people: Record<string, () => Promise<Person> | Person> = {
    tutor: () => tutor,
    member: () => student,
    'an admin': () => school.admin(),
    'another tutor': () => school.tutor(),
    'another student': async () => (await school.pair()).student,
    'a stranger of another school': async () => (await (await app.seed.school()).pair()).student,
  };
  const cases = Object.keys(people).flatMap((who) => places.map((place) => [who, place] as const));

  it.each(cases)('%s of a %s', async (who, place) => {
    const classroom = await school.classroom(tutor, [student]);
    const roomId = { lesson: lesson.id, classroom: classroom.id, relation: relationId }[place];
    const person = (await people[who]?.()) as Person;
    const allowed = who === 'tutor' || who === 'member';

    expect((await download(person, 'jsonl', roomId)).status).toBe(allowed ? 200 : 404);
    const { errors } = await as(person).send(create, { roomId });
    expect(errors?.[0]?.extensions.code).toBe(allowed ? undefined : 'ROOM_NOT_FOUND');
  });

  it('not who was there', async () => {
    await as(tutor).data(endRelation, { id: relationId });
    for (const room of [lesson.id, relationId])
      expect(await (await download(student, 'jsonl', room)).json()).toMatchObject({
        error: { code: 'ROOM_NOT_FOUND' },
      });
  });

  it.each([
    ['nobody', () => download(null), 'UNAUTHENTICATED'],
    ['a token that is none', () => download({ ...student, accessToken: 'x' }), 'UNAUTHENTICATED'],
    ['an unknown format', () => download(student, 'pdf'), 'VALIDATION_ERROR'],
    ['the id of no room', () => download(student, 'txt', encodeId('user', student.uuid)), 'ROOM_NOT_FOUND'],
    ['a secret that is none', () => get('/exports/x'), 'NOT_FOUND'],
  ])('not %s', async (_what, attempt, code) => {
    expect(await (await attempt()).json()).toMatchObject({ error: { code } });
  });
});
