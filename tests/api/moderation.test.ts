import pg from 'pg';
import { createForgetting } from '../../src/modules/chats/retention.js';
import { removeOldReports } from '../../src/modules/moderation/store.js';
import { removeMentionNotices } from '../../src/modules/notifications/room-facts.js';
import { eventually } from '../testkit/eventually.js';
import { mailsTo } from '../testkit/mailbox.js';
import type { Person, School, SeededClassroom } from '../testkit/seed.js';
import { seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;
let admin: Person;
let relationId: string;
let classroom: SeededClassroom;
let present = new Date();

beforeAll(async () => {
  app = await startApp({ clock: { now: () => present } });
});
afterAll(() => app.stop());
beforeEach(async () => {
  present = new Date();
  school = await app.seed.school();
  ({ tutor, student, relationId } = await school.pair());
  admin = await school.admin();
  classroom = await school.classroom(tutor, [student]);
});

const as = (person: Person) => app.client(person.accessToken);
const sql = <Row = { id: string }>(text: string, ...values: unknown[]) =>
  app.foundation.database.sql<Row>(text, ...values);
const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id sequence } } }`;
const say = async (person: Person, body: string, more: object = {}) =>
  (await as(person).data(send, { input: { roomId: classroom.id, body, ...more } })).sendMessage.message;
const audited = async (action: string) =>
  (
    await as(admin).data(`{ auditLog(action: "${action}") { edges { node { subject detail } } } }`)
  ).auditLog.edges.map(({ node }: { node: { detail: string } }) => JSON.parse(node.detail));
const notices = async (person: Person) =>
  (
    await as(person).data('{ notifications { edges { node { type title body subject { id } } } } }')
  ).notifications.edges.map(({ node }: { node: unknown }) => node);

const setRetention = `mutation ($days: Int) { setMessageRetention(input: { days: $days }) {
  organization { messageRetentionDays } } }`;

describe('how long a school keeps messages', () => {
  it('is said by an admin, seen by everyone in it, and written down when it changes', async () => {
    const seen = async () =>
      (await as(student).data('{ viewer { organization { messageRetentionDays } } }')).viewer.organization;
    expect(await seen()).toEqual({ messageRetentionDays: null });
    for (const days of [30, 30, null]) {
      const { setMessageRetention } = await as(admin).data(setRetention, { days });
      expect(setMessageRetention.organization).toEqual({ messageRetentionDays: days });
      expect(await seen()).toEqual({ messageRetentionDays: days });
    }
    expect(await audited('message-retention.set')).toEqual([
      { days: null, before: 30 },
      { days: 30, before: null },
    ]);
  });

  it.each([6, 3_651, 0, -1])('cannot be %i days', async (days) => {
    const { extensions } = await as(admin).error(setRetention, { days });
    expect([extensions.code, Object.keys(extensions.fields)]).toEqual(['VALIDATION_ERROR', ['input.days']]);
  });
});

describe('messages that are older', () => {
  const forgetting = (changes: Partial<Parameters<typeof createForgetting>[0]> = {}) =>
    createForgetting({
      database: app.foundation.database,
      clock: { now: () => present },
      alsoForget: removeMentionNotices,
      ...changes,
    });
  /** Those of the classroom up to this place become 31 days old, and the others stay of today. */
  const grow = (upTo: number) =>
    sql(
      `UPDATE chat_message SET created_at = created_at - interval '31 days' WHERE room_id = $1 AND sequence <= $2`,
      classroom.uuid,
      upTo,
    );
  /** The school keeps messages for 30 days, and has said so long ago. */
  const keep = async (of = school) => {
    await sql(
      `UPDATE organization SET message_retention_days = 30, message_retention_set_at = now() - interval '1 year' WHERE id = $1`,
      of.organizationId,
    );
  };
  const history = async () =>
    (
      await sql<{ sequence: number }>(
        'SELECT sequence FROM chat_message WHERE room_id = $1 ORDER BY sequence',
        classroom.uuid,
      )
    ).map(({ sequence }) => sequence);

  it('go with all that belongs to them; the rest keeps its place, and so do readers', async () => {
    const first = await say(tutor, 'an old triangle', { mentionIds: [student.id] });
    await app.deliver();
    await as(student).data(
      `mutation { addReaction(input: { messageId: "${first.id}", emoji: "👍" }) { message { id } } }`,
    );
    const { room } = await as(student).data(
      `{ room: classroom(id: "${classroom.id}") { chat { eventCursor } } }`,
    );
    await say(tutor, 'an old answer', { replyToId: first.id });
    await say(student, 'read up to here');
    await grow(4);
    const kept = await say(tutor, 'a new triangle', { replyToId: first.id });
    await keep();
    expect((await notices(student)).map(({ type }: { type: string }) => type)).toContain('message.mention');
    const found = async () => {
      present = new Date();
      const { searchMessages } = await as(student).data(
        '{ searchMessages(text: "triangle") { edges { node { id } } } }',
      );
      return searchMessages.edges.map(({ node }: { node: { id: string } }) => node.id);
    };
    expect(await found()).toEqual([kept.id, first.id]);

    expect(await forgetting()()).toBe(3);
    expect(await forgetting()()).toBe(0);

    const page = await as(student).data(`{ classroom(id: "${classroom.id}") { chat { unreadCount
      messages(first: 10) { pageInfo { hasPreviousPage hasNextPage }
        edges { node { id sequence body replyTo { id } } } } } } }`);
    expect(page.classroom.chat).toEqual({
      unreadCount: 1,
      messages: {
        pageInfo: { hasPreviousPage: false, hasNextPage: false },
        edges: [{ node: { id: kept.id, sequence: 5, body: 'a new triangle', replyTo: null } }],
      },
    });
    expect(await found()).toEqual([kept.id]);
    const left = await sql<{ n: number }>(
      `SELECT ((SELECT count(*) FROM chat_reaction WHERE organization_id = $1)
             + (SELECT count(*) FROM chat_mention WHERE organization_id = $1)
             + (SELECT count(*) FROM notification WHERE organization_id = $1 AND type = 'message.mention'))::int AS n`,
      school.organizationId,
    );
    expect(left).toEqual([{ n: 0 }]);
    const exported = await fetch(`${app.origin}/exports/rooms/${classroom.id}?format=jsonl`, {
      headers: { authorization: `Bearer ${student.accessToken}` },
    });
    const lines = (await exported.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual([5]);
    // Events of what is gone are left out, and the channel goes on where it was.
    const events = app.socket(student.accessToken).subscribe(
      `subscription ($after: Cursor) { chatEvents(roomId: "${classroom.id}", after: $after) {
          __typename ... on MessageSent { message { sequence } } } }`,
      { after: room.chat.eventCursor },
    );
    expect(await events.take(2)).toEqual([
      { chatEvents: { __typename: 'MessageSent', message: { sequence: 5 } } },
      { chatEvents: { __typename: 'ChannelJoined' } },
    ]);
    expect((await say(student, 'next')).sequence).toBe(6);
  });

  it('stay where the school keeps them for ever, or has said otherwise for less than a day', async () => {
    await say(tutor, 'old');
    await grow(1);
    await forgetting()();
    expect(await history()).toEqual([1]);

    await as(admin).data(setRetention, { days: 30 });
    present = new Date(present.getTime() + 86_000_000);
    await forgetting()();
    expect(await history()).toEqual([1]);

    present = new Date(present.getTime() + 500_000);
    await forgetting()();
    expect(await history()).toEqual([]);
  });

  it('go in small steps that may end anywhere, and by several processes at once', async () => {
    for (let n = 1; n <= 12; n++) await say(tutor, `message ${n}`);
    await grow(10);
    await keep();
    const small = { roomsAtOnce: 1, messagesAtOnce: 3 };
    let batches = 0;
    const counted = forgetting({
      ...small,
      alsoForget: async () => {
        batches++;
      },
    });
    // Ends after its first batch, in the middle of the room.
    expect(await counted(() => batches > 0)).toBe(3);
    expect(await history()).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);

    const died = forgetting({ ...small, alsoForget: () => Promise.reject(new Error('killed')) });
    await expect(died()).rejects.toThrow('killed');
    expect(await history()).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);

    const counts = await Promise.all([forgetting(small)(), forgetting(small)(), forgetting(small)()]);
    for (;;) if ((await forgetting(small)()) === 0) break;
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(7);
    expect(await history()).toEqual([11, 12]);
  });

  it('wait for the next time while somebody changes one', async () => {
    for (let n = 1; n <= 3; n++) await say(tutor, `message ${n}`);
    await grow(3);
    await keep();
    const locker = new pg.Client({ connectionString: app.databaseUrl });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('SELECT FROM chat_message WHERE room_id = $1 AND sequence = 2 FOR UPDATE', [
        classroom.uuid,
      ]);
      expect(await forgetting()()).toBe(2);
      expect(await history()).toEqual([2]);
      await locker.query('COMMIT');
    } finally {
      await locker.end();
    }
    expect(await forgetting()()).toBe(1);
  });

  it('of every kind of room are removed by the worker', async () => {
    const lesson = await school.lesson(tutor, student);
    for (const roomId of [classroom.id, lesson.id, relationId]) await say(tutor, 'old', { roomId });
    await sql(
      `UPDATE chat_message SET created_at = created_at - interval '31 days' WHERE organization_id = $1`,
      school.organizationId,
    );
    await keep();
    const worker = app.worker();
    worker.start();
    await eventually(
      () => sql('SELECT id FROM chat_message WHERE organization_id = $1', school.organizationId),
      (rows) => rows.length === 0,
    );
    await worker.stop();
  });
});

const reportFields = `id messageId roomId author { id } body reporter { id } reason comment state resolvedAt
  resolvedBy { id } note`;
const reportMessage = `mutation ($input: ReportMessageInput!) { reportMessage(input: $input) { report { ${reportFields} } } }`;
const resolveReport = `mutation ($input: ResolveMessageReportInput!) { resolveMessageReport(input: $input) {
  report { ${reportFields} } } }`;
const reports = `query ($state: MessageReportState, $first: Int, $after: String) {
  messageReports(state: $state, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { ${reportFields} } } } }`;

const report = async (person: Person, messageId: string, more: object = {}) =>
  (await as(person).data(reportMessage, { input: { messageId, reason: 'HARASSMENT', ...more } }))
    .reportMessage.report;
const resolve = async (person: Person, reportId: string, resolution: string, note?: string) =>
  (await as(person).data(resolveReport, { input: { reportId, resolution, note } })).resolveMessageReport
    .report;
const listed = async (person: Person, variables: object = {}) =>
  (await as(person).data(reports, { ...variables })).messageReports.edges.map(
    ({ node }: { node: { id: string } }) => node,
  );

describe('a report', () => {
  it('tells the admins of the school, without names and without the text, in their language', async () => {
    const ukrainian = await school.admin({ locale: 'uk' });
    const { id } = await say(tutor, 'a nasty word');
    const made = await report(student, id, { comment: 'He does it often.' });
    await app.deliver();

    const told = { type: 'message.reported', subject: { id: made.id } };
    expect(await notices(admin)).toEqual([
      {
        ...told,
        title: 'A message was reported',
        body: 'Reason: insults, threats or pressure. The text is in the report.',
      },
    ]);
    expect(await notices(ukrainian)).toMatchObject([{ ...told, title: 'Скарга на повідомлення' }]);
    for (const person of [admin, ukrainian]) {
      const [mail] = await mailsTo(app.dataDir, person.email);
      for (const word of ['nasty', 'often', tutor.displayName, student.displayName])
        expect(mail?.text).not.toContain(word);
    }
    for (const person of [tutor, student])
      expect((await notices(person)).map(({ type }: { type: string }) => type)).not.toContain(
        'message.reported',
      );
    expect(await listed(admin)).toEqual([
      {
        ...{ id: made.id, messageId: id, roomId: classroom.id, author: { id: tutor.id } },
        ...{ body: 'a nasty word', reporter: { id: student.id }, reason: 'HARASSMENT' },
        ...{ comment: 'He does it often.', state: 'OPEN', resolvedAt: null, resolvedBy: null, note: null },
      },
    ]);
    expect(await audited('message-report.made')).toEqual([{ reason: 'HARASSMENT' }]);
  });

  it('that was resolved before is told to nobody', async () => {
    const made = await report(student, (await say(tutor, 'a word')).id);
    await resolve(admin, made.id, 'DISMISS');
    await app.deliver();
    expect(await notices(admin)).toEqual([]);
  });

  it('is made once by a person, however often it is sent', async () => {
    const { id } = await say(tutor, 'a word');
    const made = await Promise.all(Array.from({ length: 6 }, () => report(student, id)));
    expect(new Set(made.map((one) => one.id)).size).toBe(1);
    expect((await report(student, id, { reason: 'SPAM' })).reason).toBe('HARASSMENT');
    expect(await listed(admin)).toHaveLength(1);
    expect(await audited('message-report.made')).toHaveLength(1);
    const items = await sql(
      `SELECT id FROM notification_queue_item WHERE organization_id = $1 AND event_type = 'message.reported'`,
      school.organizationId,
    );
    expect(items).toHaveLength(1);
  });

  it('keeps what was said, whatever its author does to it afterwards', async () => {
    const [edited, deleted] = [await say(tutor, 'first words'), await say(tutor, 'other words')];
    for (const { id } of [edited, deleted]) await report(student, id);
    const asTutor = as(tutor);
    await asTutor.data(
      `mutation { editMessage(input: { messageId: "${edited.id}", body: "!" }) { message { id } } }`,
    );
    await asTutor.data(
      `mutation { deleteMessage(input: { messageId: "${deleted.id}" }) { message { id } } }`,
    );
    expect((await listed(admin)).map(({ body }: { body: string }) => body)).toEqual([
      'other words',
      'first words',
    ]);
    // Again, it is the same report; a new one of a deleted message says nothing.
    expect((await report(student, deleted.id)).body).toBe('other words');
    const other = await school.student();
    await sql(
      `INSERT INTO classroom_member (classroom_id, user_id, organization_id) VALUES ($1, $2, $3)`,
      classroom.uuid,
      other.uuid,
      school.organizationId,
    );
    const late = { input: { messageId: deleted.id, reason: 'SPAM' } };
    expect((await as(other).error(reportMessage, late)).extensions.code).toBe('MESSAGE_DELETED');
  });

  it('can be made 20 times a day', async () => {
    const { id } = await say(tutor, 'a word');
    await sql(
      `INSERT INTO message_report (id, organization_id, message_id, room_id, room_kind, author_id, reporter_id, reason,
         sent_at, created_at, kept_until)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), $2, 'classroom', $3, $4, 'SPAM', $5,
              $5::timestamptz - n * interval '1 hour', $5::timestamptz + interval '1 year' FROM generate_series(1, 20) n`,
      ...[school.organizationId, classroom.uuid, tutor.uuid, student.uuid, present],
    );
    const { extensions } = await as(student).error(reportMessage, {
      input: { messageId: id, reason: 'SPAM' },
    });
    expect(extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 4 * 3_600 });
    await sql(
      `UPDATE message_report SET created_at = created_at - interval '4 hours 1 second' WHERE reporter_id = $1`,
      student.uuid,
    );
    expect(await report(student, id)).toMatchObject({ state: 'OPEN' });
  });

  it('is dismissed with a note that its reporter does not read, and can still end in a removal', async () => {
    const made = await report(student, (await say(tutor, 'a word')).id);
    const dismissed = await resolve(admin, made.id, 'DISMISS', 'harmless');
    expect(dismissed).toMatchObject({
      state: 'DISMISSED',
      resolvedBy: { id: admin.id },
      note: 'harmless',
      resolvedAt: expect.any(String),
    });
    // A second time changes nothing, not even who decided.
    expect(await resolve(await school.admin(), made.id, 'DISMISS', 'again')).toEqual(dismissed);
    const { node } = await as(student).data(
      `{ node(id: "${made.id}") { ... on MessageReport { ${reportFields} } } }`,
    );
    expect(node).toEqual({ ...dismissed, resolvedBy: null, note: null });

    expect((await resolve(admin, made.id, 'REMOVE_MESSAGE')).state).toBe('MESSAGE_REMOVED');
    const input = { reportId: made.id, resolution: 'DISMISS' };
    expect((await as(admin).error(resolveReport, { input })).extensions.code).toBe('REPORT_RESOLVED');
    expect(await audited('message-report.resolved')).toEqual([
      { state: 'MESSAGE_REMOVED', reports: 1 },
      { state: 'DISMISSED', reports: 1 },
    ]);
  });

  it('ends in a removal by the school, told as a deletion, that settles the other reports of the message', async () => {
    const other = await school.student();
    classroom = await school.classroom(tutor, [student, other]);
    const { id } = await say(student, 'a bad word');
    const [first, second] = [await report(tutor, id), await report(other, id)];
    const events = app.socket(other.accessToken).subscribe(
      `subscription { chatEvents(roomId: "${classroom.id}") { __typename ... on MessageDeleted {
        message { id body deletedAt deletedBy { id } removedBySchool version } } } }`,
    );
    await events.next();
    // Whoever leads the room could not: it can only be read.
    await as(tutor).data(
      `mutation { archiveClassroom(input: { classroomId: "${classroom.id}" }) { classroom { id } } }`,
    );
    const removed = await resolve(admin, first.id, 'REMOVE_MESSAGE', 'no place here');
    expect(removed).toMatchObject({ state: 'MESSAGE_REMOVED', body: 'a bad word' });

    expect((await events.next()).chatEvents).toEqual({
      __typename: 'MessageDeleted',
      message: {
        ...{ id, body: null, deletedAt: expect.any(String), deletedBy: null },
        ...{ removedBySchool: true, version: 2 },
      },
    });
    expect(await listed(admin, { state: 'OPEN' })).toEqual([]);
    expect(
      (await listed(admin, { state: 'MESSAGE_REMOVED' })).map((one: { id: string }) => one.id).sort(),
    ).toEqual([first.id, second.id].sort());
    expect(await audited('message-report.resolved')).toEqual([{ state: 'MESSAGE_REMOVED', reports: 2 }]);
    await resolve(admin, second.id, 'REMOVE_MESSAGE');
    expect(await audited('message-report.resolved')).toHaveLength(1);
  });

  it('of a message that is gone already can be resolved', async () => {
    const made = await report(student, (await say(tutor, 'a word')).id);
    await sql('DELETE FROM chat_message WHERE room_id = $1', classroom.uuid);
    expect(await resolve(admin, made.id, 'REMOVE_MESSAGE')).toMatchObject({
      state: 'MESSAGE_REMOVED',
      body: 'a word',
    });
  });

  it('is not there for another school, nor for who was reported', async () => {
    const made = await report(student, (await say(tutor, 'a word')).id);
    const stranger = await (await app.seed.school()).admin();
    const node = `{ node(id: "${made.id}") { id } }`;
    for (const person of [stranger, tutor])
      expect((await as(person).error(node)).extensions.code).toBe('REPORT_NOT_FOUND');
    expect(await listed(stranger)).toEqual([]);
    const input = { reportId: made.id, resolution: 'REMOVE_MESSAGE' };
    expect((await as(stranger).error(resolveReport, { input })).extensions.code).toBe('REPORT_NOT_FOUND');
    expect((await as(tutor).error(resolveReport, { input })).extensions.code).toBe('FORBIDDEN');
    expect((await as(admin).data(node)).node.id).toBe(made.id);
  });

  it('is kept for 90 days after it was resolved, and for a year while it is open', async () => {
    const open = await report(student, (await say(tutor, 'one')).id);
    const made = await report(student, (await say(tutor, 'two')).id);
    await resolve(admin, made.id, 'DISMISS');
    const left = async (days: number) => {
      const { database } = app.foundation;
      await removeOldReports(database, new Date(present.getTime() + days * 86_400_000), 1_000);
      return (await listed(admin)).map(({ id }: { id: string }) => id);
    };
    expect(await left(89)).toEqual([made.id, open.id]);
    expect(await left(90)).toEqual([open.id]);
    expect(await left(364)).toEqual([open.id]);
    expect(await left(365)).toEqual([]);
  });
});

describe('the list of reports', () => {
  it('goes on page by page, in as many SQL statements for many as for few', async () => {
    const count = async (made: number) => {
      for (let n = 0; n < made; n++) await report(student, (await say(tutor, `word ${n}`)).id);
      const { statements } = await app.statements.during(() => listed(admin));
      return statements.length;
    };
    const few = await count(2);
    expect(await count(7)).toBe(few);
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const { messageReports } = await as(admin).data(reports, { first: 4, after, state: 'OPEN' });
      ids.push(...messageReports.edges.map(({ node }: { node: { id: string } }) => node.id));
      after = messageReports.pageInfo.hasNextPage ? messageReports.pageInfo.endCursor : null;
    } while (after);
    expect(new Set(ids).size).toBe(9);
    expect(ids).toHaveLength(9);
  });
});

describe('who has had to do with a report', () => {
  const password = seededPassword;
  const erase = (person: Person) =>
    as(person).data(
      'mutation ($password: String!) { deleteAccount(input: { password: $password }) { ok } }',
      {
        password,
      },
    );
  const known = async (person: Person) =>
    (
      await as(person).data(
        'mutation ($password: String!) { exportAccount(input: { password: $password }) { data } }',
        { password },
      )
    ).exportAccount.data as string;

  it('is erased from it: the author with the text, the reporter with their words', async () => {
    const made = await report(student, (await say(tutor, 'a nasty word')).id, { comment: 'a complaint' });
    await resolve(admin, made.id, 'DISMISS', 'a remark');
    await erase(tutor);
    expect(await listed(admin)).toMatchObject([{ body: null, note: null, comment: 'a complaint' }]);
    await sql(
      `UPDATE message_report SET note = 'another remark' WHERE organization_id = $1`,
      school.organizationId,
    );
    await erase(student);
    expect(await listed(admin)).toMatchObject([
      { body: null, note: null, comment: null, state: 'DISMISSED' },
    ]);
  });

  it('finds in what is known about them their own report, and nothing of one about them', async () => {
    const made = await report(student, (await say(tutor, 'a nasty word')).id, { comment: 'a complaint' });
    await resolve(admin, made.id, 'DISMISS', 'a remark');

    const [own] = JSON.parse(await known(student)).message_report;
    expect(own).toMatchObject({ reporter_id: student.uuid, comment: 'a complaint', state: 'DISMISSED' });
    for (const hidden of ['body', 'note', 'author_id', 'resolved_by_id'])
      expect(own).not.toHaveProperty(hidden);
    for (const person of [tutor, admin]) {
      const data = await known(person);
      expect(JSON.parse(data).message_report).toEqual([]);
      expect(data).not.toContain('a complaint');
    }
  });
});
