import pg from 'pg';
import { eventually } from '../testkit/eventually.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const create = `mutation($name: String!) { createClassroom(input: { name: $name }) { classroom {
  id name viewerRole memberCount tutor { id } chat { roomId } archivedAt } } }`;
const list = `query($first: Int, $after: String) { classrooms(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id name } } } }`;

let app: TestApp;
let school: School;
let tutor: Person;
let student: Person;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  school = await app.seed.school();
  ({ tutor, student } = await school.pair());
});

const as = (person: Person | null) => app.client(person?.accessToken);

describe('making a classroom', () => {
  it('gives its tutor a room with a chat', async () => {
    const { classroom } = (await as(tutor).data(create, { name: '  Algebra ' })).createClassroom;

    expect(classroom).toEqual({
      id: expect.stringMatching(/^classroom_/),
      name: 'Algebra',
      viewerRole: 'TUTOR',
      memberCount: 0,
      tutor: { id: tutor.id },
      chat: { roomId: classroom.id },
      archivedAt: null,
    });
    expect((await as(tutor).data(`{ classroom(id: "${classroom.id}") { name } }`)).classroom.name).toBe(
      'Algebra',
    );
  });

  it.each([
    ['a student', () => as(student).error(create, { name: 'Algebra' }), 'FORBIDDEN'],
    ['a blank name', () => as(tutor).error(create, { name: '  ' }), 'VALIDATION_ERROR'],
    ['a name of two lines', () => as(tutor).error(create, { name: 'a\nb' }), 'VALIDATION_ERROR'],
  ])('is refused to %s', async (_what, attempt, code) => {
    expect((await attempt()).extensions.code).toBe(code);
  });
});

describe('the list of classrooms', () => {
  it('has those that the viewer is in, newest first, in pages', async () => {
    const [a, b, c] = [
      await school.classroom(tutor, [student]),
      await school.classroom(tutor, []),
      await school.classroom(tutor, [student]),
    ];

    const first = (await as(tutor).data(list, { first: 2 })).classrooms;
    const second = (await as(tutor).data(list, { first: 2, after: first.pageInfo.endCursor })).classrooms;
    const ids = (page: typeof first) => page.edges.map((edge: { node: { id: string } }) => edge.node.id);

    expect([ids(first), ids(second), second.pageInfo.hasNextPage]).toEqual([[c.id, b.id], [a.id], false]);
    expect(ids((await as(student).data(list)).classrooms)).toEqual([c.id, a.id]);
    expect(ids((await as(await school.admin()).data(list)).classrooms)).toEqual([c.id, b.id, a.id]);
    expect(ids((await as(await school.tutor()).data(list)).classrooms)).toEqual([]);
  });
});

const change = (name: string, input: string) =>
  `mutation($input: ${input}!) { ${name}(input: $input) { classroom { name memberCount archivedAt
     members { edges { node { id } } } coTutors { edges { node { id } } } } } }`;
const add = change('addClassroomMember', 'ClassroomMemberInput');
const remove = change('removeClassroomMember', 'ClassroomMemberInput');
const setRole = change('setClassroomMemberRole', 'SetClassroomMemberRoleInput');
const rename = change('renameClassroom', 'RenameClassroomInput');
const archive = change('archiveClassroom', 'ClassroomActionInput');
const leave = `mutation($input: ClassroomActionInput!) { leaveClassroom(input: $input) { ok } }`;
const send = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id sequence } } }`;
const chatEvents = `subscription($roomId: ID!, $after: Cursor) { chatEvents(roomId: $roomId, after: $after) {
  __typename ... on ChannelEvent { cursor } ... on ChannelReset { reason } ... on MessageSent { message { body } } } }`;
const inboxEvents = `subscription { inboxEvents { __typename ... on MembershipChanged { roomId member } } }`;

const idsOf = (connection: { edges: { node: { id: string } }[] }) =>
  connection.edges.map(({ node }) => node.id);

describe('members', () => {
  it('are added, told so in their inbox, and begin with everything read', async () => {
    const classroom = await school.classroom(tutor, []);
    await as(tutor).data(send, { input: { roomId: classroom.id, body: 'before' } });
    const inbox = app.socket(student.accessToken).subscribe(inboxEvents);
    await inbox.next();

    const changed = (await as(tutor).data(add, { input: { classroomId: classroom.id, userId: student.id } }))
      .addClassroomMember.classroom;

    expect([changed.memberCount, idsOf(changed.members)]).toEqual([1, [student.id]]);
    expect((await inbox.next()).inboxEvents).toEqual({
      __typename: 'MembershipChanged',
      roomId: classroom.id,
      member: true,
    });
    await as(tutor).data(send, { input: { roomId: classroom.id, body: 'after' } });
    const { rooms } = await as(student).data('{ rooms { edges { node { roomId unreadCount } } } }');
    expect(rooms.edges[0].node).toEqual({ roomId: classroom.id, unreadCount: 1 });
  });

  it('are 500 at most, however many are added at once', async () => {
    const classroom = await school.classroom(tutor, []);
    await app.foundation.database.sql(
      `WITH filler AS (
         INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
         SELECT uuidv7(), $1::uuid, uuidv7() || '@filler.example', '', 'Filler', 'STUDENT' FROM generate_series(1, 497) RETURNING id)
       INSERT INTO classroom_member (classroom_id, user_id, organization_id) SELECT $2::uuid, id, $1::uuid FROM filler`,
      school.organizationId,
      classroom.uuid,
    );
    const colleagues = await Promise.all(Array.from({ length: 8 }, () => school.tutor()));

    const answers = await Promise.all(
      colleagues.map(({ id }) => as(tutor).send(add, { input: { classroomId: classroom.id, userId: id } })),
    );

    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'added').sort();
    expect(codes).toEqual([...Array(5).fill('CLASSROOM_FULL'), 'added', 'added', 'added']);
    const [row] = await app.foundation.database.sql<{ counted: number; present: number }>(
      `SELECT member_count AS counted, (SELECT count(*)::int FROM classroom_member
         WHERE classroom_id = c.id AND left_at IS NULL AND role <> 'TUTOR') AS present FROM classroom c WHERE id = $1`,
      classroom.uuid,
    );
    expect(row).toEqual({ counted: 500, present: 500 });
  });

  it.each([
    ['a student of somebody else', () => school.student()],
    ['an admin', () => school.admin()],
    ['a tutor of another school', async () => (await app.seed.school()).tutor()],
  ])('cannot be %s', async (_who, find) => {
    const classroom = await school.classroom(tutor, []);

    const error = await as(tutor).error(add, {
      input: { classroomId: classroom.id, userId: (await find()).id },
    });

    expect(error.extensions.code).toBe('USER_NOT_FOUND');
  });

  it('that are removed lose open subscriptions at once, and come back without what was said meanwhile', async () => {
    const classroom = await school.classroom(tutor, [student]);
    const follow = (after?: string) =>
      app.socket(student.accessToken).subscribe(chatEvents, { roomId: classroom.id, after });
    const say = (body: string) => as(tutor).data(send, { input: { roomId: classroom.id, body } });
    await say('one');
    const events = follow();
    await events.next();
    await say('two');
    const before = (await events.next()).chatEvents;
    expect(before.message.body).toBe('two');

    await as(tutor).data(remove, { input: { classroomId: classroom.id, userId: student.id } });
    await say('without you');

    expect((await events.errors())[0]?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
    expect((await follow(before.cursor).errors())[0]?.extensions.code).toBe('ROOM_NOT_FOUND');
    expect(
      (await as(student).error(send, { input: { roomId: classroom.id, body: 'still here?' } })).extensions
        .code,
    ).toBe('ROOM_NOT_FOUND');

    await as(tutor).data(add, { input: { classroomId: classroom.id, userId: student.id } });
    expect((await follow(before.cursor).next()).chatEvents).toMatchObject({
      __typename: 'ChannelReset',
      reason: 'HISTORY_EXPIRED',
    });
  });

  it('are led by co-tutors, who are tutors of the school and cannot remove one another', async () => {
    const [one, two] = [await school.tutor(), await school.tutor()];
    const classroom = await school.classroom(tutor, [one, two, student]);
    const give = (userId: string, role = 'CO_TUTOR', by = tutor) =>
      as(by).send(setRole, { input: { classroomId: classroom.id, userId, role } });
    const code = async (answer: ReturnType<typeof give>) =>
      (await answer).errors?.[0]?.extensions.code ?? 'done';

    expect(await code(give(one.id))).toBe('done');
    const led = (await give(two.id)).data.setClassroomMemberRole.classroom;
    expect(idsOf(led.coTutors).sort()).toEqual([one.id, two.id].sort());
    expect(await code(give(student.id))).toBe('VALIDATION_ERROR');
    expect(await code(give(two.id, 'MEMBER', one))).toBe('FORBIDDEN');
    const removed = (userId: string) =>
      as(one).send(remove, { input: { classroomId: classroom.id, userId } });
    expect(await code(removed(two.id))).toBe('FORBIDDEN');
    expect(await code(removed(tutor.id))).toBe('FORBIDDEN');
    expect(await code(removed(student.id))).toBe('done');
    expect(await code(removed(student.id))).toBe('done');
  });

  it('are told of their coming and going, unless it was undone before', async () => {
    const classroom = await school.classroom(tutor, []);
    const input = { classroomId: classroom.id, userId: student.id };
    const titles = async () =>
      (
        await as(student).data('{ notifications { edges { node { type title subject { id } } } } }')
      ).notifications.edges.map(({ node }: { node: { type: string } }) => node.type);

    await as(tutor).data(add, { input });
    await as(tutor).data(remove, { input });
    await app.deliver();
    expect(await titles()).toEqual(['classroom.removed']);
    await as(tutor).data(add, { input });
    await app.deliver();
    expect(await titles()).toEqual(['classroom.added', 'classroom.removed']);
  });
});

describe('a classroom whose row is locked', () => {
  it('takes one connection, however many change it, so that others are served', async () => {
    const { id, uuid } = await school.classroom(tutor, []);
    const tutors = await Promise.all(Array.from({ length: 12 }, () => school.tutor()));
    const locker = new pg.Client({ connectionString: app.databaseUrl });
    await locker.connect();
    const waiting = async () => {
      const { rows } = await locker.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows[0]?.count ?? 0;
    };
    try {
      await locker.query('BEGIN');
      await locker.query('SELECT FROM classroom WHERE id = $1 FOR UPDATE', [uuid]);
      const adding = Promise.all(
        tutors.map((one) =>
          as(tutor).data(
            `mutation { addClassroomMember(input: { classroomId: "${id}", userId: "${one.id}" }) { classroom { id } } }`,
          ),
        ),
      );
      await eventually(waiting, (count) => count >= 1);
      // More connections than the pool has would be in use by now.
      const elsewhere = await school.classroom(tutor, []);
      const rename = `mutation { renameClassroom(input: { classroomId: "${elsewhere.id}", name: "Free" }) { classroom { name } } }`;
      expect((await as(tutor).data(rename)).renameClassroom.classroom.name).toBe('Free');
      expect(await waiting()).toBe(1);
      await locker.query('COMMIT');
      await adding;
    } finally {
      await locker.end();
    }
    const { classroom } = await as(tutor).data(`{ classroom(id: "${id}") { memberCount } }`);
    expect(classroom.memberCount).toBe(12);
  });
});

describe('a classroom', () => {
  it('is renamed, archived and then only read, but can still be left', async () => {
    const classroom = await school.classroom(tutor, [student]);
    const input = { classroomId: classroom.id };
    expect(
      (await as(tutor).data(rename, { input: { ...input, name: 'Geometry' } })).renameClassroom.classroom
        .name,
    ).toBe('Geometry');
    await as(student).data(send, { input: { roomId: classroom.id, body: 'hello' } });

    expect((await as(tutor).data(archive, { input })).archiveClassroom.classroom.archivedAt).not.toBeNull();

    const refused = await as(student).error(send, { input: { roomId: classroom.id, body: 'late' } });
    expect(refused.extensions.code).toBe('CLASSROOM_ARCHIVED');
    const chat = await as(student).data(
      `{ classroom(id: "${classroom.id}") { chat { messages { edges { node { body } } } } } classrooms { edges { node { id } } } }`,
    );
    expect(chat.classroom.chat.messages.edges).toEqual([{ node: { body: 'hello' } }]);
    expect(chat.classrooms.edges).toEqual([]);
    expect((await as(student).data(leave, { input })).leaveClassroom.ok).toBe(true);
    expect((await as(student).error(leave, { input })).extensions.code).toBe('CLASSROOM_NOT_FOUND');
    expect((await as(tutor).error(leave, { input })).extensions.code).toBe('FORBIDDEN');
  });
});

describe('SQL statements', () => {
  const query = `{ classrooms(first: 100) { edges { node { name tutor { displayName }
    members(first: 3) { edges { node { displayName } } } coTutors(first: 3) { edges { node { displayName } } }
    chat { unreadCount messages(last: 1) { edges { node { body author { displayName } reactions { emoji count } } } } } } } } }`;

  async function count(classrooms: number) {
    const pair = await school.pair();
    for (let made = 0; made < classrooms; made++) {
      const { id } = await school.classroom(pair.tutor, [pair.student]);
      if (made % 10 === 0) await as(pair.student).data(send, { input: { roomId: id, body: 'hello' } });
    }
    const { result, statements } = await app.statements.during(() => as(pair.tutor).data(query));
    return {
      statements: statements.map((text) => text.slice(0, 200)).sort(),
      rows: result.classrooms.edges.length,
    };
  }

  it('of a list of classrooms with members, last message and reactions are as many for 20 as for 100', async () => {
    const [few, many] = [await count(20), await count(100)];

    expect([few.rows, many.rows]).toEqual([20, 100]);
    expect(many.statements).toEqual(few.statements);
  });
});
