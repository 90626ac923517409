import { createServices } from '../../src/app/services.js';
import { decodeId, encodeId, newId } from '../../src/shared/ids.js';
import type { Viewer } from '../../src/shared/viewer.js';
import { eventually } from '../testkit/eventually.js';
import type { GraphqlClient } from '../testkit/graphql-client.js';
import type { Person, School } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const fields = 'id status createdAt endedAt tutor { id displayName } student { id displayName }';
const inviteStudent = `mutation ($email: EmailAddress!, $note: String) {
  inviteStudent(input: { studentEmail: $email, note: $note }) { relation { ${fields} } }
}`;
const action = (name: string) => `mutation ($id: ID!) {
  ${name}(input: { relationId: $id }) { relation { ${fields} } }
}`;
const acceptInvitation = action('acceptInvitation');
const declineInvitation = action('declineInvitation');
const endRelation = action('endTutorStudentRelation');
const list = `query ($status: RelationStatus, $first: Int, $after: String) {
  tutorStudentRelations(status: $status, first: $first, after: $after) {
    edges { node { ${fields} } } pageInfo { hasNextPage endCursor }
  }
}`;
const relationById = `query ($id: ID!) { node(id: $id) { ... on TutorStudentRelation { ${fields} } } }`;

async function codeOf(client: GraphqlClient, query: string, variables: Record<string, unknown>) {
  return (await client.error(query, variables)).extensions.code;
}

/** How many of the simultaneous answers had each code; `done` without one. */
async function outcomes(count: number, send: () => ReturnType<GraphqlClient['send']>) {
  const tally: Record<string, number> = {};
  for (const { errors } of await Promise.all(Array.from({ length: count }, send))) {
    const code = errors?.[0]?.extensions.code ?? 'done';
    tally[code] = (tally[code] ?? 0) + 1;
  }
  return tally;
}

interface Invitation {
  readonly school: School;
  readonly tutor: Person;
  readonly student: Person;
  readonly asTutor: GraphqlClient;
  readonly asStudent: GraphqlClient;
  readonly id: string;
}

/** A tutor, a student, and an open invitation. */
async function invitation(): Promise<Invitation> {
  const school = await app.seed.school();
  const [tutor, student] = await Promise.all([school.tutor(), school.student()]);
  const [asTutor, asStudent] = [app.client(tutor.accessToken), app.client(student.accessToken)];
  const { inviteStudent: payload } = await asTutor.data(inviteStudent, { email: student.email });
  return { school, tutor, student, asTutor, asStudent, id: payload.relation.id };
}

describe('inviteStudent', () => {
  it('makes an invitation, whatever the case of the address', async () => {
    const school = await app.seed.school();
    const [tutor, student] = await Promise.all([school.tutor(), school.student()]);
    const variables = { email: student.email.toUpperCase(), note: 'Shall we begin?' };
    const { inviteStudent: payload } = await app.client(tutor.accessToken).data(inviteStudent, variables);
    expect(payload.relation).toMatchObject({
      status: 'INVITED',
      endedAt: null,
      tutor: { id: tutor.id },
      student: { id: student.id },
    });
  });

  it('notifies the student in the same transaction', async () => {
    const { tutor, student, id } = await invitation();
    const items = await app.foundation.database.sql(
      `SELECT event_type AS type, payload FROM notification_queue_item WHERE user_id = $1`,
      student.uuid,
    );
    const relationId = decodeId('relation', id);
    const payload = { relationId, tutorId: tutor.uuid, studentId: student.uuid };
    expect(items).toEqual([{ type: 'relation.invited', payload }]);
  });

  it('makes one invitation and one notification of 20 simultaneous ones', async () => {
    const school = await app.seed.school();
    const [tutor, student] = await Promise.all([school.tutor(), school.student()]);
    const client = app.client(tutor.accessToken);
    const tally = await outcomes(20, () => client.send(inviteStudent, { email: student.email }));
    expect(tally).toEqual({ done: 1, RELATION_ALREADY_EXISTS: 19 });
    const items = await app.foundation.database.sql(
      'SELECT id FROM notification_queue_item WHERE user_id = $1',
      student.uuid,
    );
    expect(items).toHaveLength(1);
  });

  it('refuses a student who is taught already', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    const client = app.client(tutor.accessToken);
    const error = await client.error(inviteStudent, { email: student.email });
    expect(error.extensions).toMatchObject({
      code: 'RELATION_ALREADY_EXISTS',
      fields: { 'input.studentEmail': ['is invited or taught by you already'] },
    });
  });

  it('lets two tutors invite the same student', async () => {
    const { school, student } = await invitation();
    const other = await school.tutor();
    const answer = await app.client(other.accessToken).data(inviteStudent, { email: student.email });
    expect(answer.inviteStudent.relation.status).toBe('INVITED');
  });

  it("says the same of a tutor's address, of a stranger's and of a student of another school", async () => {
    const [here, there] = await Promise.all([app.seed.school(), app.seed.school()]);
    const [tutor, colleague, foreign] = await Promise.all([here.tutor(), here.tutor(), there.student()]);
    const client = app.client(tutor.accessToken);
    const said = await Promise.all(
      [colleague.email, `${newId()}@test.example`, foreign.email].map((email) =>
        client.error(inviteStudent, { email }),
      ),
    );
    expect(said[0]?.extensions).toMatchObject({
      code: 'STUDENT_NOT_FOUND',
      fields: { 'input.studentEmail': ['is not the address of a student'] },
    });
    expect(said[1]).toEqual(said[0]);
    expect(said[2]).toEqual(said[0]);
  });

  it('is refused to students and admins', async () => {
    const school = await app.seed.school();
    const [student, other, admin] = await Promise.all([school.student(), school.student(), school.admin()]);
    for (const person of [student, admin]) {
      const client = app.client(person.accessToken);
      expect(await codeOf(client, inviteStudent, { email: other.email })).toBe('FORBIDDEN');
    }
  });

  it('needs someone who is signed in', async () => {
    expect(await codeOf(app.client(), inviteStudent, { email: 'a@test.example' })).toBe('UNAUTHENTICATED');
  });
});

describe('acceptInvitation', () => {
  it('makes the relation active', async () => {
    const { asStudent, id } = await invitation();
    const { acceptInvitation: payload } = await asStudent.data(acceptInvitation, { id });
    expect(payload.relation).toMatchObject({ id, status: 'ACTIVE', endedAt: null });
  });

  it('succeeds once of 20 simultaneous times', async () => {
    const { asStudent, id } = await invitation();
    const tally = await outcomes(20, () => asStudent.send(acceptInvitation, { id }));
    expect(tally).toEqual({ done: 1, RELATION_INVALID_TRANSITION: 19 });
  });

  it('is not for the tutor, nor for others, nor for admins', async () => {
    const { school, asTutor, id } = await invitation();
    const [stranger, admin] = await Promise.all([school.student(), school.admin()]);
    for (const client of [asTutor, app.client(stranger.accessToken), app.client(admin.accessToken)]) {
      expect(await codeOf(client, acceptInvitation, { id })).toBe('RELATION_NOT_FOUND');
    }
  });

  it('leaves a pair that is active already with one active relation', async () => {
    const { school, tutor, student, asStudent, id } = await invitation();
    await school.relation(tutor, student);
    expect(await codeOf(asStudent, acceptInvitation, { id })).toBe('RELATION_ALREADY_EXISTS');
  });

  it('needs someone who is signed in', async () => {
    const { id } = await invitation();
    expect(await codeOf(app.client(), acceptInvitation, { id })).toBe('UNAUTHENTICATED');
  });
});

describe('declineInvitation', () => {
  it('refuses the invitation, which cannot be accepted any more', async () => {
    const { asStudent, id } = await invitation();
    const { declineInvitation: payload } = await asStudent.data(declineInvitation, { id });
    expect(payload.relation).toMatchObject({ id, status: 'DECLINED' });
    expect(await codeOf(asStudent, acceptInvitation, { id })).toBe('RELATION_INVALID_TRANSITION');
  });

  it('lets the tutor invite again', async () => {
    const { student, asTutor, asStudent, id } = await invitation();
    await asStudent.data(declineInvitation, { id });
    const again = await asTutor.data(inviteStudent, { email: student.email });
    expect(again.inviteStudent.relation).toMatchObject({ status: 'INVITED' });
    expect(again.inviteStudent.relation.id).not.toBe(id);
  });

  it('is not for the tutor', async () => {
    const { asTutor, id } = await invitation();
    expect(await codeOf(asTutor, declineInvitation, { id })).toBe('RELATION_NOT_FOUND');
  });
});

describe('endTutorStudentRelation', () => {
  it.each(['tutor', 'student'] as const)('lets the %s end an active relation', async (side) => {
    const pair = await (await app.seed.school()).pair();
    const client = app.client(pair[side].accessToken);
    const { endTutorStudentRelation: payload } = await client.data(endRelation, { id: pair.relationId });
    expect(payload.relation).toMatchObject({ status: 'ENDED', endedAt: expect.any(String) });
  });

  it('is refused for an invitation', async () => {
    const { asTutor, id } = await invitation();
    expect(await codeOf(asTutor, endRelation, { id })).toBe('RELATION_INVALID_TRANSITION');
  });

  it('succeeds once of 20 simultaneous times', async () => {
    const { tutor, relationId: id } = await (await app.seed.school()).pair();
    const client = app.client(tutor.accessToken);
    const tally = await outcomes(20, () => client.send(endRelation, { id }));
    expect(tally).toEqual({ done: 1, RELATION_INVALID_TRANSITION: 19 });
  });

  it('is not for strangers, nor for admins', async () => {
    const school = await app.seed.school();
    const { relationId: id } = await school.pair();
    const people = await Promise.all([school.tutor(), school.student(), school.admin()]);
    for (const { accessToken } of people) {
      expect(await codeOf(app.client(accessToken), endRelation, { id })).toBe('RELATION_NOT_FOUND');
    }
  });

  it('waits for whoever holds the relation as active', async () => {
    const { tutor, student, relationId } = await (await app.seed.school()).pair();
    const { database } = app.foundation;
    const { relations } = createServices(app.foundation);
    const order: string[] = [];
    const organizationId = await organizationOf(tutor);
    let ending: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await relations.requireActive(tx, organizationId, tutor.uuid, student.uuid);
      ending = relations
        .end(viewerOf(tutor, organizationId), decodeId('relation', relationId) as string)
        .then(() => order.push('ended'));
      await lockIsAwaited();
      order.push('held');
    });
    await ending;
    expect(order).toEqual(['held', 'ended']);
    await expect(
      relations.requireActive(database, organizationId, tutor.uuid, student.uuid),
    ).rejects.toMatchObject({ code: 'RELATION_NOT_ACTIVE' });
  });
});

describe('tutorStudentRelations', () => {
  it("are the viewer's own, the newest first, page by page", async () => {
    const { school, student, asStudent, id } = await invitation();
    const second = await school.relation(await school.tutor(), student);
    await school.pair();
    const first = (await asStudent.data(list, { first: 1 })).tutorStudentRelations;
    expect(first).toMatchObject({ edges: [{ node: { id: second } }], pageInfo: { hasNextPage: true } });
    const after = first.pageInfo.endCursor;
    const next = (await asStudent.data(list, { first: 1, after })).tutorStudentRelations;
    expect(next).toMatchObject({ edges: [{ node: { id } }], pageInfo: { hasNextPage: false } });
  });

  it('can be narrowed to a status', async () => {
    const { school, tutor, asTutor, id } = await invitation();
    await school.relation(tutor, await school.student());
    const { tutorStudentRelations: invited } = await asTutor.data(list, { status: 'INVITED' });
    expect(invited.edges).toMatchObject([{ node: { id } }]);
  });

  it("are all of the school's for an admin", async () => {
    const { school, id } = await invitation();
    const { relationId } = await school.pair();
    await invitation();
    const { accessToken } = await school.admin();
    const { tutorStudentRelations: all } = await app.client(accessToken).data(list);
    expect(all.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([relationId, id]);
  });

  it('cost as many statements for 20 as for 100', async () => {
    const school = await app.seed.school();
    const tutor = await school.tutor();
    await app.foundation.database.sql(
      `WITH student AS (
         INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
         SELECT gen_random_uuid(), $1, gen_random_uuid() || '@test.example', '', 'Many', 'STUDENT'
         FROM generate_series(1, 100) RETURNING id
       )
       INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status)
       SELECT gen_random_uuid(), $1, $2, id, 'ACTIVE' FROM student`,
      school.organizationId,
      tutor.uuid,
    );
    const count = async (first: number) => {
      const client = app.client(tutor.accessToken);
      const { result, statements } = await app.statements.during(() => client.data(list, { first }));
      return { relations: result.tutorStudentRelations.edges.length, statements: statements.length };
    };
    // One authenticates, one reads the page, one reads all its people.
    expect(await count(20)).toEqual({ relations: 20, statements: 3 });
    expect(await count(100)).toEqual({ relations: 100, statements: 3 });
  });

  it('needs someone who is signed in', async () => {
    expect(await codeOf(app.client(), list, {})).toBe('UNAUTHENTICATED');
  });
});

describe('a relation', () => {
  it('is seen by its people and by admins', async () => {
    const school = await app.seed.school();
    const { tutor, student, relationId: id } = await school.pair();
    for (const { accessToken } of [tutor, student, await school.admin()]) {
      const { node } = await app.client(accessToken).data(relationById, { id });
      expect(node).toMatchObject({ id, tutor: { id: tutor.id }, student: { id: student.id } });
    }
  });

  it('is hidden from everyone else exactly as if absent', async () => {
    const [school, other] = await Promise.all([app.seed.school(), app.seed.school()]);
    const { relationId: id } = await school.pair();
    const people = await Promise.all([school.student(), school.tutor(), other.admin()]);
    for (const { accessToken } of people) {
      const client = app.client(accessToken);
      const hidden = await client.send(relationById, { id });
      const absent = await client.send(relationById, { id: encodeId('relation', newId()) });
      expect(hidden.errors?.[0]?.extensions.code).toBe('RELATION_NOT_FOUND');
      expect({ data: hidden.data, errors: hidden.errors }).toEqual({
        data: absent.data,
        errors: absent.errors,
      });
    }
  });
});

async function organizationOf({ uuid }: Person): Promise<string> {
  const [row] = await app.foundation.database.sql<{ id: string }>(
    'SELECT organization_id AS id FROM app_user WHERE id = $1',
    uuid,
  );
  return row?.id as string;
}

function viewerOf(person: Person, organizationId: string): Viewer {
  const { uuid: userId, sessionId, role, displayName } = person;
  return { userId, sessionId, role, displayName, organizationId, timeZone: 'Europe/Kyiv', locale: 'en' };
}

/** Resolves when a connection of this database waits for a lock. */
async function lockIsAwaited(): Promise<void> {
  await eventually(
    () =>
      app.foundation.database.sql(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    (rows) => rows.length > 0,
  );
}
