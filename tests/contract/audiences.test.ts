import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import type { Role } from '../../src/shared/viewer.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { objects, parts, roots, type ViewerKind, viewers } from './audiences.js';
import { operationFor } from './sample-arguments.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const rootTypes = ['Query', 'Mutation', 'Subscription'];
const types = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

it('every field of the schema is classified: who sees it stands in audiences.ts', () => {
  const unclassified = types.flatMap((type) => {
    const known = rootTypes.includes(type.name)
      ? roots
      : (objects[type.name]?.fields ??
        Object.fromEntries((parts[type.name] ?? '').split(' ').map((name) => [name, true])));
    return Object.keys(type.getFields())
      .filter((name) => !Object.hasOwn(known, name))
      .map((name) => `${type.name}.${name}`);
  });
  expect(unclassified).toEqual([]);
});

it('every object with an id is in the matrix', () => {
  const nodes = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType);
  expect(Object.keys(objects).sort()).toEqual(nodes.map(({ name }) => name).sort());
});

/** What admins see of their school, and what hangs on a lesson: a series, an export, a webhook, a dead letter. */
async function furtherObjects(school: School, tutor: Person, student: Person, admin: Person, roomId: string) {
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const { scheduleLessonSeries } = await app
    .client(tutor.accessToken)
    .data(
      `mutation ($input: ScheduleLessonSeriesInput!) { scheduleLessonSeries(input: $input) { series { id } } }`,
      {
        input: {
          studentId: student.id,
          title: 'Algebra',
          localStart: `${day}T10:00`,
          timeZone: 'Europe/Kyiv',
          durationMinutes: 60,
          rrule: 'FREQ=WEEKLY;COUNT=2',
        },
      },
    );
  const { createRoomExport } = await app
    .client(student.accessToken)
    .data(`mutation { createRoomExport(input: { roomId: "${roomId}" }) { export { id } } }`);
  const { createWebhookEndpoint } = await app.client(admin.accessToken).data(
    `mutation { createWebhookEndpoint(input: { url: "https://hooks.example", events: ["lesson.scheduled"] }) {
       endpoint { id } } }`,
  );
  const letter = newId();
  await app.foundation.database.sql(
    `INSERT INTO notification_queue_item
       (id, organization_id, user_id, event_type, channel, payload, status, attempts, errors, finished_at)
     VALUES ($1, $2, $3, 'lesson.scheduled', 'EMAIL', '{}', 'FAILED', 1,
       '[{"at": "2026-11-23T08:00:00Z", "message": "Error: refused"}]', now())`,
    letter,
    school.organizationId,
    student.uuid,
  );
  return {
    LessonSeries: scheduleLessonSeries.series.id,
    RoomExport: createRoomExport.export.id,
    WebhookEndpoint: createWebhookEndpoint.endpoint.id,
    DeadLetter: encodeId('deadletter', letter),
  };
}

/** One object of each type, in a school with all kinds of people, and those people. */
async function world() {
  const [school, other] = [await app.seed.school(), await app.seed.school()];
  const { tutor, student, relationId } = await school.pair();
  const stranger = await school.pair();
  const [admin, owner, foreign] = [await school.admin(), await school.admin(), await other.admin()];
  const foreigners = await other.pair();
  await app.foundation.database.sql(`UPDATE app_user SET role = 'OWNER' WHERE id = $1`, owner.uuid);
  const lesson = await school.lesson(tutor, student);
  const asStudent = app.client(student.accessToken);
  const { sendMessage } = await asStudent.data(
    `mutation { sendMessage(input: { roomId: "${lesson.id}", body: "hello" }) { message { id } } }`,
  );
  const answer = await app
    .client(tutor.accessToken)
    .data(`mutation { sendMessage(input: { roomId: "${lesson.id}", body: "good day" }) { message { id } } }`);
  const { reportMessage } = await asStudent.data(
    `mutation { reportMessage(input: { messageId: "${answer.sendMessage.message.id}", reason: SPAM, comment: "again" }) {
       report { id } } }`,
  );
  await app.client(admin.accessToken).data(
    `mutation { resolveMessageReport(input: { reportId: "${reportMessage.report.id}", resolution: DISMISS, note: "no" }) {
       report { id } } }`,
  );
  await app.deliver();
  const { notifications } = await asStudent.data('{ notifications { edges { node { id } } } }');
  const invitation = newId();
  await app.foundation.database.sql(
    `INSERT INTO invitation (id, organization_id, inviter_id, role, sealed_address, created_at, expires_at)
     VALUES ($1, $2, $3, 'STUDENT', '', now(), now() + interval '1 day')`,
    invitation,
    school.organizationId,
    student.uuid,
  );
  const ids: Record<string, string> = {
    Organization: encodeId('organization', school.organizationId),
    User: student.id,
    Session: encodeId('session', student.sessionId),
    Invitation: encodeId('invitation', invitation),
    TutorStudentRelation: relationId,
    Lesson: lesson.id,
    Classroom: (await school.classroom(tutor, [student])).id,
    ChatRoom: encodeId('room', lesson.uuid),
    Board: encodeId('board', lesson.uuid),
    ChatMessage: sendMessage.message.id,
    MessageReport: reportMessage.report.id,
    Notification: notifications.edges[0].node.id,
    ...(await furtherObjects(school, tutor, student, admin, lesson.id)),
  };
  const people: Record<ViewerKind, Person | null> = {
    self: student,
    counterpart: tutor,
    colleague: stranger.tutor,
    classmate: stranger.student,
    admin,
    owner,
    'foreign admin': foreign,
    'foreign tutor': foreigners.tutor,
    'foreign student': foreigners.student,
    nobody: null,
  };
  return { ids, people };
}

describe('the matrix of objects, fields and viewers', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeAll(async () => {
    made = await world();
  });

  /** The code with which a field is refused, `null` where null is all that there is, or `seen`. */
  async function read(viewer: ViewerKind, typeName: string, fields: readonly string[]) {
    const type = schema.getType(typeName) as GraphQLObjectType;
    const selections = fields.map((name) => {
      const output = getNamedType(type.getFields()[name]?.type);
      return `${name}${isLeafType(output) ? '' : ' { __typename }'}`;
    });
    const query = `query ($id: ID!) { node(id: $id) { ... on ${typeName} { ${selections.join(' ')} } } }`;
    const { data, errors = [] } = await app
      .client(made.people[viewer]?.accessToken ?? null)
      .send(query, { id: made.ids[typeName] });
    const refused = errors.find(({ path }) => path?.length === 1)?.extensions.code;
    return (name: string) => {
      if (refused) return refused;
      const error = errors.find(({ path }) => path?.[1] === name)?.extensions.code;
      return error ?? (data.node[name] === null ? 'null' : 'seen');
    };
  }

  /** The reading of somebody who sees the object and all of its fields, once for each type. */
  const readings = new Map<string, ReturnType<typeof read>>();
  function full(typeName: string): ReturnType<typeof read> {
    const { seenBy = [], fields = {} } = objects[typeName] ?? {};
    const reading = readings.get(typeName) ?? read(seenBy[0] ?? 'nobody', typeName, Object.keys(fields));
    readings.set(typeName, reading);
    return reading;
  }

  it.each(Object.keys(objects).flatMap((type) => viewers.map((viewer) => [type, viewer] as const)))(
    '%s as %s',
    async (typeName, viewer) => {
      const { seenBy, otherwise, fields } = objects[typeName] ?? { seenBy: [], otherwise: '', fields: {} };
      const names = Object.keys(fields);
      const outcome = await read(viewer, typeName, names);
      // What nobody has filled in is null for everyone; the reading of one who sees all tells which those are.
      const own = await full(typeName);
      for (const name of names) {
        const audience = fields[name] as 'seen' | readonly ViewerKind[];
        const mayRead = seenBy.includes(viewer) && (audience === 'seen' || audience.includes(viewer));
        const refusals = seenBy.includes(viewer)
          ? ['null', 'CHAT_NOT_ACCESSIBLE', 'BOARD_NOT_ACCESSIBLE', 'ROOM_NOT_FOUND']
          : [otherwise];
        const expected = viewer === 'nobody' ? ['UNAUTHENTICATED'] : mayRead ? [own(name)] : refusals;
        expect({ field: `${typeName}.${name}`, viewer, is: outcome(name) }).toEqual({
          field: `${typeName}.${name}`,
          viewer,
          is: expect.stringMatching(new RegExp(`^(${expected.join('|')})$`)),
        });
      }
    },
  );

  it('shows whoever sees all of an object enough for the rest to mean something', async () => {
    for (const [typeName, { fields }] of Object.entries(objects)) {
      const own = await full(typeName);
      const names = Object.keys(fields);
      const shown = names.filter((name) => own(name) === 'seen');
      expect({ typeName, enough: shown.length * 2 > names.length }).toEqual({
        typeName,
        enough: true,
      });
    }
  });
});

describe('the matrix of operations and roles', () => {
  const roles: readonly (Role | null)[] = ['OWNER', 'ADMIN', 'TUTOR', 'STUDENT', null];
  let school: Awaited<ReturnType<TestApp['seed']['school']>>;
  beforeAll(async () => {
    school = await app.seed.school();
  });

  async function somebody(role: Role): Promise<Person> {
    if (role === 'TUTOR') return school.tutor();
    if (role === 'STUDENT') return school.student();
    const admin = await school.admin();
    if (role === 'OWNER')
      await app.foundation.database.sql(`UPDATE app_user SET role = 'OWNER' WHERE id = $1`, admin.uuid);
    return admin;
  }

  const asked = ['query', 'mutation'].flatMap((kind) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type?.getFields() ?? {}).map((field) => [kind, field.name] as const);
  });

  it.each(asked)('%s %s', async (kind, name) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    const field = type?.getFields()[name];
    if (!field) throw new Error(`there is no ${name}`);
    const audience = roots[name] ?? [];
    const outcomes = await Promise.all(
      roles.map(async (role) => {
        const { text, variables } = operationFor(kind, field);
        const token = role ? (await somebody(role)).accessToken : null;
        const code = (await app.client(token).send(text, variables)).errors?.[0]?.extensions.code;
        const refused = code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' ? code : 'admitted';
        return [
          role ?? 'nobody',
          code === 'INTERNAL_ERROR' || code === 'GRAPHQL_VALIDATION_FAILED' ? code : refused,
        ];
      }),
    );
    const expected = roles.map((role) => {
      if (audience === 'public') return [role ?? 'nobody', 'admitted'];
      if (role === null) return ['nobody', 'UNAUTHENTICATED'];
      return [role, audience === 'signed in' || audience.includes(role) ? 'admitted' : 'FORBIDDEN'];
    });
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  });

  it('no subscription is for nobody', async () => {
    for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
      const { text, variables } = operationFor('subscription', field);
      const [error] = await app.socket(null).subscribe(text, variables).errors();
      expect([field.name, error?.extensions.code]).toEqual([field.name, 'UNAUTHENTICATED']);
    }
  });
});
