import type { GraphQLObjectType } from 'graphql';
import { getNamedType, isLeafType } from 'graphql';
import { schema } from '../../src/graphql/schema.js';
import { encodeId } from '../../src/shared/ids.js';
import type { Person, SeededClassroom } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

const people = ['owner', 'tutor', 'coTutor', 'member', 'former', 'stranger', 'foreign'] as const;
type Who = (typeof people)[number];

/** Ids of a classroom with a message of the member's, which its tutor has reported, and of a student whom its tutor teaches. */
interface World {
  readonly as: Readonly<Record<Who, Person>>;
  readonly classroom: SeededClassroom;
  readonly messageId: string;
  readonly reportId: string;
  readonly studentId: string;
}

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function world(): Promise<World> {
  const [school, other] = [await app.seed.school(), await app.seed.school()];
  const { tutor, student: member } = await school.pair();
  const [owner, coTutor, former, stranger, spare] = [
    await school.admin(),
    await school.tutor(),
    await school.student(),
    await school.student(),
    await school.student(),
  ];
  const foreign = await other.tutor();
  await school.relation(tutor, spare);
  const classroom = await school.classroom(tutor, [coTutor, member, former]);
  const { sql } = app.foundation.database;
  await sql(`UPDATE app_user SET role = 'OWNER' WHERE id = $1`, owner.uuid);
  await sql(`UPDATE classroom_member SET role = 'CO_TUTOR' WHERE user_id = $1`, coTutor.uuid);
  await sql(`UPDATE classroom_member SET left_at = now() WHERE user_id = $1`, former.uuid);
  const { sendMessage } = await app
    .client(member.accessToken)
    .data(`mutation { sendMessage(input: { roomId: "${classroom.id}", body: "hello" }) { message { id } } }`);
  const { reportMessage } = await app
    .client(tutor.accessToken)
    .data(
      `mutation { reportMessage(input: { messageId: "${sendMessage.message.id}", reason: SPAM }) { report { id } } }`,
    );
  const as = { owner, tutor, coTutor, member, former, stranger, foreign };
  const ids = { messageId: sendMessage.message.id, reportId: reportMessage.report.id, studentId: spare.id };
  return { as, classroom, ...ids };
}

/** The outcomes in the order of `people`; the last stands for those that are not named. */
const outcomes = (text: string) => {
  const codes = text.split(' ');
  return Object.fromEntries(people.map((who, index) => [who, codes[Math.min(index, codes.length - 1)]]));
};
const leads = outcomes('ok ok ok FORBIDDEN CLASSROOM_NOT_FOUND');
const runs = outcomes('ok ok FORBIDDEN FORBIDDEN CLASSROOM_NOT_FOUND');
const inRoom = outcomes('ROOM_NOT_FOUND ok ok ok ROOM_NOT_FOUND');
const admins = outcomes('ok FORBIDDEN');
const ofMessage = outcomes('MESSAGE_NOT_FOUND ok ok ok MESSAGE_NOT_FOUND');

/** Every mutation of classrooms and chats: its input, and what becomes of it. */
const mutations: Readonly<
  Record<string, [(world: World) => string, Readonly<Record<string, string | undefined>>]>
> = {
  createClassroom: [() => 'name: "Mine"', outcomes('FORBIDDEN ok ok FORBIDDEN FORBIDDEN FORBIDDEN ok')],
  renameClassroom: [({ classroom }) => `classroomId: "${classroom.id}", name: "Ours"`, runs],
  archiveClassroom: [({ classroom }) => `classroomId: "${classroom.id}"`, runs],
  setClassroomMemberRole: [
    ({ classroom, as }) => `classroomId: "${classroom.id}", userId: "${as.member.id}", role: MEMBER`,
    runs,
  ],
  addClassroomMember: [
    ({ classroom, studentId }) => `classroomId: "${classroom.id}", userId: "${studentId}"`,
    leads,
  ],
  removeClassroomMember: [
    ({ classroom, as }) => `classroomId: "${classroom.id}", userId: "${as.former.id}"`,
    leads,
  ],
  leaveClassroom: [
    ({ classroom }) => `classroomId: "${classroom.id}"`,
    outcomes('CLASSROOM_NOT_FOUND FORBIDDEN ok ok CLASSROOM_NOT_FOUND'),
  ],
  sendMessage: [({ classroom }) => `roomId: "${classroom.id}", body: "hello"`, inRoom],
  markRead: [({ classroom }) => `roomId: "${classroom.id}", upToSequence: 1`, inRoom],
  setTyping: [({ classroom }) => `roomId: "${classroom.id}", typing: true`, inRoom],
  editMessage: [
    ({ messageId }) => `messageId: "${messageId}", body: "another"`,
    outcomes('MESSAGE_NOT_FOUND FORBIDDEN FORBIDDEN ok MESSAGE_NOT_FOUND'),
  ],
  deleteMessage: [({ messageId }) => `messageId: "${messageId}"`, ofMessage],
  addReaction: [({ messageId }) => `messageId: "${messageId}", emoji: "👍"`, ofMessage],
  removeReaction: [({ messageId }) => `messageId: "${messageId}", emoji: "👍"`, ofMessage],
  reportMessage: [
    ({ messageId }) => `messageId: "${messageId}", reason: SPAM`,
    outcomes('MESSAGE_NOT_FOUND ok ok FORBIDDEN MESSAGE_NOT_FOUND'),
  ],
  resolveMessageReport: [({ reportId }) => `reportId: "${reportId}", resolution: DISMISS`, admins],
  setMessageRetention: [() => 'days: 30', admins],
};

it('the table has every mutation of classrooms and messages', () => {
  const all = Object.keys(schema.getMutationType()?.getFields() ?? {});

  expect(Object.keys(mutations).sort()).toEqual(
    all
      .filter((name) =>
        /Classroom|(?<!Board)(send|edit|delete|report)Message$|Reaction|markRead$|setTyping|MessageRe/.test(
          name,
        ),
      )
      .sort(),
  );
});

it.each(Object.entries(mutations))('%s', async (name, [input, expected]) => {
  const made = await world();
  const found: Record<string, string> = {};
  // One after the other: none is of those that would take another one's right away.
  for (const who of people) {
    const text = `mutation { ${name}(input: { ${input(made)} }) { __typename } }`;
    const { errors } = await app.client(made.as[who].accessToken).send(text);
    found[who] = errors?.[0]?.extensions.code ?? 'ok';
  }
  expect(found).toEqual(expected);
});

describe('reading', () => {
  let made: World;
  beforeAll(async () => {
    made = await world();
  });

  it.each(['chatEvents', 'presenceEvents'])('%s', async (name) => {
    const found: Record<string, string> = {};
    for (const who of people) {
      const text = `subscription { ${name}(roomId: "${made.classroom.id}") { __typename } }`;
      const events = app.socket(made.as[who].accessToken).subscribe(text);
      found[who] = await events.next().then(
        () => 'ok',
        async () => (await events.errors())[0]?.extensions.code ?? 'ended',
      );
      events.stop();
    }
    expect(found).toEqual(inRoom);
  });

  it.each([
    ['classrooms { edges { node { id } } }', () => made.classroom.id, 'listed listed listed listed absent'],
    [
      'rooms { edges { node { id: roomId } } }',
      () => made.classroom.id,
      'absent listed listed listed absent',
    ],
  ])('the list %s', async (list, id, expected) => {
    const found: Record<string, string> = {};
    for (const who of people) {
      const data = await app.client(made.as[who].accessToken).data(`{ list: ${list} }`);
      const ids = data.list.edges.map(({ node }: { node: { id: string } }) => node.id);
      found[who] = ids.includes(id()) ? 'listed' : 'absent';
    }
    expect(found).toEqual(outcomes(expected));
  });

  it.each([
    ['Classroom', () => made.classroom.id, 'ok ok ok ok CLASSROOM_NOT_FOUND'],
    ['ChatRoom', () => encodeId('room', made.classroom.uuid), 'ROOM_NOT_FOUND ok ok ok ROOM_NOT_FOUND'],
    ['ChatMessage', () => made.messageId, 'MESSAGE_NOT_FOUND ok ok ok MESSAGE_NOT_FOUND'],
    ['MessageReport', () => made.reportId, 'ok ok REPORT_NOT_FOUND'],
  ])('every field of a %s', async (typeName, id, expected) => {
    const fields = Object.values((schema.getType(typeName) as GraphQLObjectType).getFields());
    const selection = fields.map(
      ({ name, type }) => `${name}${isLeafType(getNamedType(type)) ? '' : ' { __typename }'}`,
    );
    const asked = `query ($id: ID!) { node(id: $id) { ... on ${typeName} { ${selection.join(' ')} } } }`;
    const found: Record<string, string> = {};
    for (const who of people) {
      const { data, errors = [] } = await app.client(made.as[who].accessToken).send(asked, { id: id() });
      const refused = errors.filter(({ path }) => (path?.length ?? 0) > 1);
      found[who] = data.node ? 'ok' : (errors[0]?.extensions.code ?? 'null');
      // Who sees it sees all of it; an admin not what is said in it, and that they are nothing in it.
      const closed = typeName === 'Classroom' && who === 'owner' ? ['board', 'chat', 'viewerRole'] : [];
      const missing = refused
        .map(({ path }) => String(path?.[1]))
        .concat(data.node?.viewerRole === null ? 'viewerRole' : []);
      if (data.node)
        expect([who, missing.sort()]).toEqual([
          who,
          closed.filter((name) => fields.some((field) => field.name === name)),
        ]);
    }
    expect(found).toEqual(outcomes(expected));
  });

  it('the list messageReports', async () => {
    const found: Record<string, string> = {};
    for (const who of people) {
      const { data, errors } = await app
        .client(made.as[who].accessToken)
        .send('{ messageReports { edges { node { id } } } }');
      const [edge] = data?.messageReports?.edges ?? [];
      found[who] = errors?.[0]?.extensions.code ?? (edge?.node.id === made.reportId ? 'ok' : 'absent');
    }
    expect(found).toEqual(admins);
  });

  it('a former member sees what they wrote no more than what others did', async () => {
    const { sql } = app.foundation.database;
    const { former } = made.as;
    const [row] = await sql<{ id: string }>(
      `UPDATE chat_message SET author_id = $1::uuid WHERE classroom_id = $2::uuid RETURNING id::text AS id`,
      former.uuid,
      made.classroom.uuid,
    );
    const { errors } = await app
      .client(former.accessToken)
      .send(
        `mutation { deleteMessage(input: { messageId: "${encodeId('message', row?.id ?? '')}" }) { __typename } }`,
      );

    expect(errors?.[0]?.extensions.code).toBe('MESSAGE_NOT_FOUND');
  });
});
