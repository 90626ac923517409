import { readdir } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { createPasswords, hashPassword } from '../../src/modules/accounts/passwords.js';
import { createTurns } from '../../src/modules/accounts/turns.js';
import { encodeId, newId } from '../../src/shared/ids.js';
import { seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { signIn, signUp, userById, users, viewer } from './account-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const newcomer = (changes: Record<string, unknown> = {}) => ({
  input: {
    email: `${newId()}@test.example`,
    password: 'long enough',
    displayName: 'Олена',
    role: 'TUTOR',
    ...changes,
  },
});

describe('signUp', () => {
  it('makes an account in the default school and signs it in', async () => {
    const account = newcomer({ displayName: '  Олена ', timeZone: 'Europe/London', locale: 'en-GB' });
    const { signUp: payload } = await app.client().data(signUp, account);
    expect(payload.user).toMatchObject({
      displayName: 'Олена',
      email: account.input.email,
      plan: 'FREE',
      role: 'TUTOR',
      timeZone: 'Europe/London',
      locale: 'en-GB',
      organization: { id: encodeId('organization', '01900000-0000-7000-8000-000000000001') },
    });
    const answer = await app.client(payload.accessToken).data(viewer);
    expect(answer.viewer).toMatchObject({ id: payload.user.id, email: account.input.email });
  });

  it('takes the zone and the language of the school unless told', async () => {
    const { signUp: payload } = await app.client().data(signUp, newcomer());
    expect(payload.user).toMatchObject({ timeZone: 'Europe/Kyiv', locale: 'uk' });
  });

  it('gives an access token of 15 minutes', async () => {
    const before = Date.now();
    const { signUp: payload } = await app.client().data(signUp, newcomer());
    const lifetime = new Date(payload.accessTokenExpiresAt).getTime() - before;
    expect(lifetime / 60_000).toBeCloseTo(15, 0);
  });

  it.each([
    ['a password of 7 characters', { password: '1234567' }, 'input.password'],
    ['a password of 257 characters', { password: 'x'.repeat(257) }, 'input.password'],
    ['a blank name', { displayName: ' \t ' }, 'input.displayName'],
    ['a name of 101 characters', { displayName: 'x'.repeat(101) }, 'input.displayName'],
    ['an address of 255 characters', { email: `${'x'.repeat(60)}@${'y.'.repeat(96)}co` }, 'input.email'],
  ])('refuses %s', async (_what, changes, path) => {
    const error = await app.client().error(signUp, newcomer(changes));
    expect(error.extensions.code).toBe('VALIDATION_ERROR');
    expect(Object.keys(error.extensions.fields)).toEqual([path]);
  });

  it('counts characters of a password, not bytes', async () => {
    const { signUp: payload } = await app.client().data(signUp, newcomer({ password: '🔑'.repeat(8) }));
    expect(payload.accessToken).toEqual(expect.any(String));
  });

  it('never makes an admin', async () => {
    const answer = await app.client().send(signUp, newcomer({ role: 'ADMIN' }));
    expect(answer.errors?.[0]?.extensions.code).toBe('VALIDATION_ERROR');
    expect(answer.data?.signUp).toBeUndefined();
  });
});

describe('signIn', () => {
  it('opens a session, whatever the case of the address', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const input = { email: tutor.email.toUpperCase(), password: seededPassword };
    const { signIn: payload } = await app.client().data(signIn, { input });
    expect(payload.user.id).toBe(tutor.id);
    expect((await app.client(payload.accessToken).data(viewer)).viewer.id).toBe(tutor.id);
  });

  it('costs two statements from a device that is known, and hashes while it holds no connection', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const input = { email: tutor.email, password: seededPassword };
    await app.client().data(signIn, { input });
    const { statements } = await app.statements.during(() => app.client().data(signIn, { input }));
    expect(statements).toHaveLength(2);
    expect(statements[1]).toContain('INSERT INTO session');
  });

  it('accepts a password in another normal form of the same characters', async () => {
    const account = newcomer({ password: 'café crème' });
    await app.client().data(signUp, account);
    const input = { email: account.input.email, password: 'café crème' };
    expect((await app.client().send(signIn, { input })).errors).toBeUndefined();
  });

  it('says the same of a wrong password and of an unknown address', async () => {
    const { email } = await (await app.seed.school()).tutor();
    const wrong = { input: { email, password: 'wrong password' } };
    const unknown = { input: { email: `${newId()}@test.example`, password: 'wrong password' } };
    const said = await Promise.all([app.client().error(signIn, wrong), app.client().error(signIn, unknown)]);
    expect(said[0]).toEqual(said[1]);
    expect(said[0]?.extensions.code).toBe('INVALID_CREDENTIALS');
  });

  it('refuses an empty password like any other wrong one', async () => {
    const { email } = await (await app.seed.school()).tutor();
    const error = await app.client().error(signIn, { input: { email, password: '' } });
    expect(error.extensions.code).toBe('INVALID_CREDENTIALS');
  });
});

describe('passwords', () => {
  it('are hashed with argon2id and the parameters that OWASP recommends', async () => {
    expect(await hashPassword('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('match nobody when there is no account, whatever is tried', async () => {
    const passwords = createPasswords();
    expect(await passwords.find([], 'anything')).toBe(-1);
    // The hash of an account that was erased.
    expect(await passwords.find([''], '')).toBe(-1);
    await passwords.stop();
  });

  it('find the account that a password is of, with one hash for all that share a salt', async () => {
    const passwords = createPasswords();
    const first = await hashPassword('correct horse');
    const second = await passwords.hash('battery staple', first);
    expect(second.split('$')[4]).toBe(first.split('$')[4]);
    expect(await passwords.find([first, second], 'battery staple')).toBe(1);
    expect(await passwords.find([first, second], 'correct horse')).toBe(0);
    expect(await passwords.find([first, second], 'staple horse')).toBe(-1);
    await passwords.stop();
  });

  it('are hashed in a thread that gives way to the rest', async () => {
    if (process.platform !== 'linux') return;
    const passwords = createPasswords();
    await passwords.hash('correct horse', Buffer.alloc(16));
    const threads = await readdir('/proc/self/task');
    const priorities = await Promise.all(threads.map(async (id) => getPriority(Number(id))));
    expect(priorities).toContain(10);
    await passwords.stop();
    // Nothing hangs on a thread that has ended: the next password begins another.
    await expect(passwords.hash('correct horse', Buffer.alloc(16))).resolves.toMatch(/^\$argon2id/);
    await passwords.stop();
  });

  it('leave as much time to others as they take, while more of them wait', async () => {
    const inTurn = createTurns({ concurrency: 1, maxWaiting: 10, rest: 1 });
    const times: { start: number; end: number }[] = [];
    const work = async () => {
      const start = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      times.push({ start, end: performance.now() });
    };
    await Promise.all([inTurn(work), inTurn(work)]);
    const [first = { start: 0, end: 0 }, second = first] = times;
    // Timers are true to a millisecond.
    expect(second.start - first.end).toBeGreaterThanOrEqual(first.end - first.start - 2);
  });

  it('are refused rather than queued without end', async () => {
    const passwords = createPasswords({ maxWaiting: 2 });
    const hash = () => passwords.hash('correct horse', Buffer.alloc(16));
    const tried = await Promise.allSettled(Array.from({ length: 5 }, hash));
    expect(tried.map(({ status }) => status)).toEqual([
      ...Array<string>(3).fill('fulfilled'),
      ...Array<string>(2).fill('rejected'),
    ]);
    expect(tried.at(-1)).toMatchObject({ reason: { code: 'SERVICE_UNAVAILABLE' } });
    await expect(hash()).resolves.toMatch(/^\$argon2id/);
    await passwords.stop();
  });
});

describe('updateProfile', () => {
  const updateProfile = `mutation ($input: UpdateProfileInput!) {
    updateProfile(input: $input) { user { id displayName timeZone locale email } }
  }`;

  it('changes what is given and leaves the rest', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const input = { displayName: 'Other name', timeZone: null };
    const { updateProfile: payload } = await app.client(tutor.accessToken).data(updateProfile, { input });
    expect(payload.user).toEqual({
      id: tutor.id,
      displayName: 'Other name',
      timeZone: 'Europe/Kyiv',
      locale: 'en',
      email: tutor.email,
    });
  });

  it('refuses a name on two lines', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const input = { displayName: 'one\ntwo' };
    const error = await app.client(tutor.accessToken).error(updateProfile, { input });
    expect(error.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.displayName': ['must be on one line'] },
    });
  });

  it('needs someone who is signed in', async () => {
    const error = await app.client().error(updateProfile, { input: { displayName: 'Nobody' } });
    expect(error.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('viewer', () => {
  it('is null when nobody is signed in', async () => {
    expect(await app.client().data(viewer)).toEqual({ viewer: null });
  });
});

describe('a user', () => {
  it('is hidden from strangers of the school exactly as if absent', async () => {
    const school = await app.seed.school();
    const [one, other] = await Promise.all([school.student(), school.student()]);
    const client = app.client(one.accessToken);
    const hidden = await client.send(userById, { id: other.id });
    const absent = await client.send(userById, { id: encodeId('user', newId()) });
    expect(hidden.data).toEqual({ node: null });
    expect(hidden.errors?.[0]?.extensions.code).toBe('USER_NOT_FOUND');
    expect(hidden.errors).toEqual(absent.errors);
  });

  it('is seen without address and plan by the other side of a relation', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    const { node } = await app.client(tutor.accessToken).data(userById, { id: student.id });
    expect(node).toMatchObject({ displayName: student.displayName, email: null, plan: null });
  });

  it('is still seen when the relation has ended', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    await app.foundation.database.sql(
      `UPDATE tutor_student_relation SET status = 'ENDED' WHERE tutor_id = $1`,
      tutor.uuid,
    );
    const { node } = await app.client(student.accessToken).data(userById, { id: tutor.id });
    expect(node.displayName).toBe(tutor.displayName);
  });

  it('is seen with address and plan by an admin of the school', async () => {
    const school = await app.seed.school();
    const [admin, student] = await Promise.all([school.admin(), school.student()]);
    const { node } = await app.client(admin.accessToken).data(userById, { id: student.id });
    expect(node).toMatchObject({ email: student.email, plan: 'FREE' });
  });

  it('is hidden from admins of another school', async () => {
    const [here, there] = await Promise.all([app.seed.school(), app.seed.school()]);
    const [admin, student] = await Promise.all([there.admin(), here.student()]);
    const answer = await app.client(admin.accessToken).send(userById, { id: student.id });
    expect(answer.errors?.[0]?.extensions.code).toBe('USER_NOT_FOUND');
  });

  it('belongs to a school that people of another one cannot read', async () => {
    const [here, there] = await Promise.all([app.seed.school(), app.seed.school()]);
    const tutor = await here.tutor();
    const read = 'query ($id: ID!) { node(id: $id) { ... on Organization { name } } }';
    const client = app.client(tutor.accessToken);
    expect(await client.data(read, { id: encodeId('organization', here.organizationId) })).toEqual({
      node: { name: 'A school' },
    });
    const foreign = await client.send(read, { id: encodeId('organization', there.organizationId) });
    expect(foreign.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});

describe('users', () => {
  const names = (connection: { edges: { node: { displayName: string } }[] }) =>
    connection.edges.map(({ node }) => node.displayName);

  it('are for a tutor those with an open invitation or an active relation', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const [invited, declined] = await Promise.all([school.student(), school.student(), school.student()]);
    for (const [person, status] of [
      [invited, 'INVITED'],
      [declined, 'DECLINED'],
    ] as const) {
      await app.foundation.database.sql(
        `INSERT INTO tutor_student_relation (id, organization_id, tutor_id, student_id, status)
         VALUES ($1, $2, $3, $4, $5::relation_status)`,
        ...[newId(), school.organizationId, tutor.uuid, person.uuid, status],
      );
    }
    const answer = await app.client(tutor.accessToken).data(users);
    expect(names(answer.users)).toEqual([student.displayName, invited.displayName].sort());
  });

  it('are for an admin the whole school by name, page by page', async () => {
    const school = await app.seed.school();
    const admin = await school.admin({ displayName: 'A' });
    for (const displayName of ['C', 'B', 'B']) await school.student({ displayName });
    await (await app.seed.school()).student({ displayName: 'AA' });
    const client = app.client(admin.accessToken);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { users: page } = await client.data(users, { first: 1, after });
      seen.push(...names(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(['A', 'B', 'B', 'C']);
  });

  it('are found by role and by a part of the name, in which % means itself', async () => {
    const school = await app.seed.school();
    const admin = await school.admin({ displayName: '100% Admin' });
    await school.tutor({ displayName: 'Марко 100%' });
    await school.tutor({ displayName: 'Марія 1000' });
    const client = app.client(admin.accessToken);
    expect(names((await client.data(users, { role: 'TUTOR', text: '100%' })).users)).toEqual(['Марко 100%']);
    expect(names((await client.data(users, { text: 'МАР' })).users).sort()).toEqual([
      'Марко 100%',
      'Марія 1000',
    ]);
  });

  it('are found by address by admins alone', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const admin = await school.admin();
    const search = { text: student.email };
    expect(names((await app.client(admin.accessToken).data(users, search)).users)).toEqual([
      student.displayName,
    ]);
    expect(names((await app.client(tutor.accessToken).data(users, search)).users)).toEqual([]);
  });

  it('refuses a page of 101 and a cursor of another list', async () => {
    const admin = await (await app.seed.school()).admin();
    const error = await app.client(admin.accessToken).error(users, { first: 101, after: 'WyJ4Il0' });
    expect(Object.keys(error.extensions.fields).sort()).toEqual(['after', 'first']);
  });

  it('cost as many statements for 20 people as for 100', async () => {
    const school = await app.seed.school();
    const admin = await school.admin();
    await app.foundation.database.sql(
      `INSERT INTO app_user (id, organization_id, email, password_hash, display_name, role)
       SELECT gen_random_uuid(), $1, gen_random_uuid() || '@test.example', '', 'Many', 'STUDENT'
       FROM generate_series(1, 100)`,
      school.organizationId,
    );
    const read = `query ($first: Int) {
      users(first: $first) { edges { node { displayName organization { name } } } }
    }`;
    const count = async (first: number) => {
      const client = app.client(admin.accessToken);
      const { result, statements } = await app.statements.during(() => client.data(read, { first }));
      return { people: result.users.edges.length, statements: statements.length };
    };
    // One authenticates, one reads the page.
    expect(await count(20)).toEqual({ people: 20, statements: 2 });
    expect(await count(100)).toEqual({ people: 100, statements: 2 });
  });

  it('needs someone who is signed in', async () => {
    expect((await app.client().error(users)).extensions.code).toBe('UNAUTHENTICATED');
  });
});
