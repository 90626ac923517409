import { readReferences, readTables } from '../../src/modules/privacy/catalogue.js';
import { personalData } from '../../src/modules/privacy/classification.js';
import { findGaps } from '../../src/modules/privacy/gaps.js';
import { signIn, signInAs, users, viewer } from '../api/account-operations.js';
import { type Person, seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { execute } from '../testkit/test-database.js';

let app: TestApp;
const logged: string[] = [];
beforeAll(async () => {
  app = await startApp({ log: { write: (line) => void logged.push(line) } });
});
afterAll(() => app.stop());

const deleteAccount =
  'mutation ($password: String!) { deleteAccount(input: { password: $password }) { ok } }';
const exportAccount = `mutation ($password: String!) {
  exportAccount(input: { password: $password }) { createdAt data }
}`;
const password = seededPassword;
const database = () => app.foundation.database;

/** Everything that the database holds, as a dump would. */
async function dump(): Promise<string> {
  const tables = await readTables(database());
  const texts = await Promise.all(
    tables.map(async (table) => {
      const rows = await database().sql<{ text: string }>(`SELECT t::text AS text FROM "${table}" t`);
      return rows.map(({ text }) => `${table} ${text}`);
    }),
  );
  return texts.flat().join('\n');
}

let canaries = 0;
const canary = (where: string) => `canary-${where}-${++canaries}-кенар`;

/** A student and their tutor, with a canary in everything that can be written by or about the student. */
async function life() {
  const school = await app.seed.school();
  const names = { student: canary('name') };
  const address = `canary-address-${++canaries}@test.example`;
  const [tutor, student, admin, other] = await Promise.all([
    school.tutor(),
    school.student({ displayName: names.student }),
    school.admin(),
    school.tutor(),
  ]);
  await database().sql(`UPDATE app_user SET email = $2 WHERE id = $1`, student.uuid, address);
  const person: Person = { ...student, email: address };
  const asTutor = app.client(tutor.accessToken);
  const asStudent = app.client(student.accessToken);
  const inviteStudent = `mutation ($input: InviteStudentInput!) { inviteStudent(input: $input) { relation { id } } }`;
  const invite = (client: typeof asTutor) =>
    client.data(inviteStudent, { input: { studentEmail: person.email, note: canary('note') } });
  const relation = (await invite(asTutor)).inviteStudent.relation.id;
  await asStudent.data(
    `mutation { acceptInvitation(input: { relationId: "${relation}" }) { relation { id } } }`,
  );
  await invite(app.client(other.accessToken));

  const scheduleLesson = `mutation ($input: ScheduleLessonInput!) { scheduleLesson(input: $input) { lesson { id } } }`;
  const book = async (day: number) => {
    const startsAt = new Date(Date.now() + day * 86_400_000).toISOString();
    const endsAt = new Date(Date.now() + day * 86_400_000 + 3_600_000).toISOString();
    const input = {
      studentId: student.id,
      title: canary('title'),
      notes: canary('lesson-notes'),
      startsAt,
      endsAt,
    };
    return (await asTutor.data(scheduleLesson, { input })).scheduleLesson.lesson.id as string;
  };
  const [open, cancelled] = [await book(2), await book(4)];
  const reason = canary('reason');
  await asStudent.data(
    `mutation ($reason: String) { cancelLesson(input: { lessonId: "${cancelled}", reason: $reason }) { lessons { id } } }`,
    { reason },
  );
  const sendMessage = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`;
  const say = (body: string) =>
    asStudent.data(sendMessage, { input: { roomId: open, body, clientMessageId: canary('client-id') } });
  await say(canary('message'));
  await app.deliver();
  const signedIn = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'canary-agent' },
    body: JSON.stringify({ query: signIn, variables: { input: { email: person.email, password } } }),
  });
  expect(signedIn.status).toBe(200);
  await app
    .client()
    .data('mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }', {
      email: person.email,
    });
  // One message that waits to be told, and one that has been told to the tutor with the name of its author.
  await app.deliver();
  await say(canary('message'));
  return { school, tutor, student: person, admin, open, cancelled };
}

describe('deleteAccount', () => {
  it('leaves nothing of what was planted, in no table and in no log', async () => {
    const { student } = await life();
    const before = await dump();
    for (const place of [
      'name',
      'note',
      'title',
      'lesson-notes',
      'reason',
      'message',
      'client-id',
      'agent',
    ]) {
      expect([place, before.includes(`canary-${place}`)]).toEqual([place, true]);
    }
    expect(before).toMatch(/^notification .*canary-name/m);

    await app.client(student.accessToken).data(deleteAccount, { password });
    await app.deliver();
    const left = (await dump()).split('\n').filter((line) => line.includes('canary'));
    expect(left).toEqual([]);
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.filter((line) => line.includes('canary'))).toEqual([]);
  });

  it('ends access at once, on HTTP and on open sockets, and the sign-in', async () => {
    const student = await (await app.seed.school()).student();
    const { accessToken } = await signInAs(app.client(), student);
    const socket = app.socket(student.accessToken);
    const events = socket.subscribe('subscription { notificationEvents { __typename } }');
    expect(await events.next()).toEqual({ notificationEvents: { __typename: 'ChannelJoined' } });
    await app.client(accessToken).data(deleteAccount, { password });
    expect(await socket.closed).toMatchObject({ code: 4403, reason: 'SESSION_EXPIRED' });
    for (const token of [accessToken, student.accessToken]) {
      expect((await app.client(token).error(viewer)).extensions.code).toBe('SESSION_EXPIRED');
    }
    const input = { email: student.email, password };
    expect((await app.client().error(signIn, { input })).extensions.code).toBe('INVALID_CREDENTIALS');
  });

  it('cancels open lessons, ends relations, and tells the other party of both', async () => {
    const { tutor, student, open } = await life();
    const socket = app.socket(tutor.accessToken);
    const lessons = socket.subscribe(
      'subscription { lessonEvents { __typename ... on LessonChanged { change lesson { id status } } } }',
    );
    expect(await lessons.next()).toMatchObject({ lessonEvents: { __typename: 'ChannelJoined' } });
    const chat = app
      .socket(tutor.accessToken)
      .subscribe(`subscription { chatEvents(roomId: "${open}") { __typename } }`);
    await chat.next();
    await app.client(student.accessToken).data(deleteAccount, { password });
    expect(await lessons.next()).toMatchObject({
      lessonEvents: { change: 'CANCELLED', lesson: { id: open, status: 'CANCELLED' } },
    });
    expect((await chat.errors())[0]?.extensions.code).toBe('SUBSCRIPTION_REVOKED');
    const asTutor = app.client(tutor.accessToken);
    const { tutorStudentRelations } = await asTutor.data(
      '{ tutorStudentRelations { edges { node { status student { displayName email } } } } }',
    );
    expect(tutorStudentRelations.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { status: 'ENDED', student: { displayName: 'Deleted account', email: null } },
    ]);
    await app.deliver();
    const { notifications } = await asTutor.data('{ notifications { edges { node { type title body } } } }');
    const types = notifications.edges.map(({ node }: { node: { type: string } }) => node.type);
    expect(types).toEqual(['lesson.cancelled']);
  });

  it('takes the person out of the list of users', async () => {
    const school = await app.seed.school();
    const [admin, student] = await Promise.all([school.admin(), school.student()]);
    await app.client(student.accessToken).data(deleteAccount, { password });
    const answer = await app.client(admin.accessToken).data(users);
    expect(answer.users.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([admin.id]);
  });

  it('leaves everybody else as they were', async () => {
    const [one, other] = [await life(), await life()];
    const rows = async () =>
      (
        await database().sql<{ text: string }>(
          'SELECT t::text AS text FROM lesson t UNION ALL SELECT m::text FROM chat_message m UNION ALL SELECT n::text FROM notification n',
        )
      )
        .map(({ text }) => text)
        .filter((text) => text.includes(other.school.organizationId))
        .sort();
    const before = await rows();
    await app.client(one.student.accessToken).data(deleteAccount, { password });
    expect(await rows()).toEqual(before);
    await app.client(other.student.accessToken).data(deleteAccount, { password });
  });

  it('is refused with a wrong password, and to nobody', async () => {
    const student = await (await app.seed.school()).student();
    const error = await app.client(student.accessToken).error(deleteAccount, { password: 'a wrong one' });
    expect(error.extensions).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      fields: { 'input.password': ['is not your password'] },
    });
    expect((await app.client().error(deleteAccount, { password })).extensions.code).toBe('UNAUTHENTICATED');
    expect((await app.client(student.accessToken).data(viewer)).viewer.id).toBe(student.id);
  });
});

describe('the classroom of somebody who deletes their account', () => {
  async function lessonOfMany() {
    const school = await app.seed.school();
    const [tutor, coTutor, student] = await Promise.all([
      school.tutor({ displayName: canary('tutor') }),
      school.tutor(),
      school.student(),
    ]);
    const { id, uuid } = await school.classroom(tutor, [coTutor, student]);
    await database().sql(`UPDATE classroom SET name = $2 WHERE id = $1`, uuid, canary('classroom'));
    await database().sql(`UPDATE classroom_member SET role = 'CO_TUTOR' WHERE user_id = $1`, coTutor.uuid);
    const say = async (person: Person, body: string, mentionIds: string[] = []) =>
      (
        await app
          .client(person.accessToken)
          .data('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }', {
            input: { roomId: id, body, mentionIds },
          })
      ).sendMessage.message.id as string;
    await say(tutor, canary('tutor-said'), [student.id]);
    const answer = await say(student, 'an answer', [tutor.id]);
    await app
      .client(tutor.accessToken)
      .data(`mutation { addReaction(input: { messageId: "${answer}", emoji: "👍" }) { message { id } } }`);
    await app.deliver();
    const read = async (person: Person) =>
      (
        await app.client(person.accessToken).data(`{ classroom(id: "${id}") { name archivedAt memberCount
          tutor { displayName } members(first: 5) { edges { node { id } } }
          chat { messages(first: 5) { edges { node { body deletedAt deletedBy { id } mentions { id }
            reactions { count } author { displayName } } } } } } }`)
      ).classroom;
    return { id, tutor, coTutor, student, say, read };
  }
  const messagesOf = (classroom: { chat: { messages: { edges: { node: unknown }[] } } }) =>
    classroom.chat.messages.edges.map(({ node }) => node);

  it('as its tutor is archived: the others read on what they said, and nothing of the tutor is left', async () => {
    const { tutor, coTutor, student, say, read } = await lessonOfMany();
    for (const place of ['classroom', 'tutor', 'tutor-said'])
      expect([place, (await dump()).includes(`canary-${place}-`)]).toEqual([place, true]);
    await app.client(tutor.accessToken).data(deleteAccount, { password });

    const left = await read(student);
    expect(left).toMatchObject({
      ...{ name: '–', archivedAt: expect.any(String), memberCount: 2 },
      tutor: { displayName: 'Deleted account' },
    });
    expect(messagesOf(left)).toEqual([
      {
        ...{ body: null, deletedAt: expect.any(String), deletedBy: null, mentions: [], reactions: [] },
        author: { displayName: 'Deleted account' },
      },
      {
        ...{ body: 'an answer', deletedAt: null, deletedBy: null, mentions: [], reactions: [] },
        author: { displayName: student.displayName },
      },
    ]);
    expect(await read(coTutor)).toEqual(left);
    await expect(say(coTutor, 'on we go')).rejects.toThrow('CLASSROOM_ARCHIVED');
    await app.deliver();
    expect((await dump()).split('\n').filter((line) => /canary-(tutor|classroom)/.test(line))).toEqual([]);
  });

  it('as a member goes on without them', async () => {
    const { tutor, coTutor, student, say, read } = await lessonOfMany();
    await app.client(student.accessToken).data(deleteAccount, { password });

    const left = await read(tutor);
    expect(left).toMatchObject({ archivedAt: null, memberCount: 1 });
    expect(left.members.edges).toEqual([{ node: { id: coTutor.id } }]);
    expect(messagesOf(left)).toMatchObject([
      { body: expect.stringContaining('canary'), mentions: [] },
      { body: null, author: { displayName: 'Deleted account' }, reactions: [] },
    ]);
    await say(coTutor, 'on we go');
    await app.client(tutor.accessToken).data(deleteAccount, { password });
  });
});

describe('an error', () => {
  it('does not quote an address that it refuses', async () => {
    const email = 'canary-address at test.example';
    const asVariable = await app.client().error(signIn, { input: { email, password } });
    const written = signIn
      .replace('($input: SignInInput!)', '')
      .replace('$input', `{ email: "${email}", password: "x" }`);
    const asLiteral = await app.client().error(written);
    for (const { extensions } of [asVariable, asLiteral]) {
      expect(extensions).toMatchObject({
        code: 'VALIDATION_ERROR',
        fields: { 'input.email': ['is not an e-mail address'] },
      });
    }
    expect(JSON.stringify([asVariable, asLiteral])).not.toContain('canary');
  });
});

describe('exportAccount', () => {
  it('contains every table that refers to the user by a foreign key, with what is in it', async () => {
    const { student } = await life();
    const payload = await app.client(student.accessToken).data(exportAccount, { password });
    const data = JSON.parse(payload.exportAccount.data);
    const references = await readReferences(database());
    const direct = references.filter(({ target }) => target === 'app_user').map(({ table }) => table);
    expect(direct.length).toBeGreaterThan(8);
    for (const table of [...direct, ...Object.keys(personalData)]) expect(Object.keys(data)).toContain(table);
    expect(data.app_user).toMatchObject([{ id: student.uuid, email: student.email }]);
    expect(data.lesson).toHaveLength(2);
    expect(data.chat_message).toHaveLength(2);
    expect(data.tutor_student_relation).toHaveLength(2);
    for (const table of [
      'session',
      'refresh_token',
      'notification',
      'audit_entry',
      'account_link',
      'idempotency_key',
    ]) {
      if (table !== 'idempotency_key') expect([table, data[table].length > 0]).toEqual([table, true]);
    }
    for (const place of [
      'name',
      'note',
      'title',
      'lesson-notes',
      'reason',
      'message',
      'client-id',
      'agent',
    ]) {
      expect(payload.exportAccount.data).toContain(`canary-${place}`);
    }
    await app.client(student.accessToken).data(deleteAccount, { password });
  });

  it('holds nothing that proves who somebody is, and nothing of another person’s account', async () => {
    const { student, tutor } = await life();
    const payload = await app.client(student.accessToken).data(exportAccount, { password });
    for (const secret of ['argon2id', 'password_hash', '"hash"', tutor.email]) {
      expect(payload.exportAccount.data).not.toContain(secret);
    }
    await app.client(student.accessToken).data(deleteAccount, { password });
  });

  it('is refused with a wrong password, and to nobody', async () => {
    const student = await (await app.seed.school()).student();
    const error = await app.client(student.accessToken).error(exportAccount, { password: 'a wrong one' });
    expect(error.extensions.code).toBe('INVALID_CREDENTIALS');
    expect((await app.client().error(exportAccount, { password })).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('the classification of personal data', () => {
  it('knows every table, every reference to a user, and every text in a row that outlives the people in it', async () => {
    expect(await findGaps(database())).toEqual([]);
  });

  it('finds what a migration adds, and until then nobody is erased by half', async () => {
    const student = await (await app.seed.school()).student();
    const made = [
      'CREATE TABLE diary (id uuid, owner_id uuid REFERENCES app_user (id), text text)',
      'ALTER TABLE lesson ADD COLUMN homework text, ADD COLUMN substitute_id uuid REFERENCES app_user (id)',
    ];
    const undone = ['DROP TABLE diary', 'ALTER TABLE lesson DROP COLUMN homework, DROP COLUMN substitute_id'];
    for (const statement of made) await execute(app.databaseUrl, statement);
    try {
      expect(await findGaps(database())).toEqual([
        'The table diary is not classified.',
        'diary.owner_id names a person, and nothing says what becomes of its rows.',
        'lesson.substitute_id names a person, and nothing says what becomes of its rows.',
        'lesson.homework can hold text, and the rows of lesson outlive the people in them.',
      ]);
      const client = app.client(student.accessToken);
      expect((await client.error(deleteAccount, { password })).extensions.code).toBe('INTERNAL_ERROR');
      expect((await client.data(viewer)).viewer.id).toBe(student.id);
      await database().sql(`INSERT INTO diary VALUES ($1, $1, 'dear diary')`, student.uuid);
      const exported = await client.data(exportAccount, { password });
      expect(JSON.parse(exported.exportAccount.data).diary).toMatchObject([{ text: 'dear diary' }]);
    } finally {
      for (const statement of undone) await execute(app.databaseUrl, statement);
    }
  });
});
