import { encodeId, newId } from '../../src/shared/ids.js';
import { eventually } from '../testkit/eventually.js';
import { mailsTo, tokenIn } from '../testkit/mailbox.js';
import { type Person, seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { refreshSession, signIn, signInAs, signUp, viewer } from './account-operations.js';

let app: TestApp;
let present = new Date();
beforeAll(async () => {
  app = await startApp({ clock: { now: () => present } });
});
beforeEach(() => {
  present = new Date();
});
afterAll(() => app.stop());

const newPassword = 'a fresh and longer one';
const changePassword = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) { accessToken refreshToken user { id } }
}`;
const requestPasswordReset =
  'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }';
const resetPassword = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { ok } }';
const verifyEmail = `mutation ($token: String!) {
  verifyEmail(input: { token: $token }) { user { id email emailVerified } }
}`;
const requestEmailVerification = 'mutation { requestEmailVerification { ok } }';
const setUserPlan =
  'mutation ($input: SetUserPlanInput!) { setUserPlan(input: $input) { user { id plan } } }';

const someone = async () => (await app.seed.school()).tutor();
const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);
const codeOf = async (query: string, variables: Record<string, unknown>, accessToken?: string) =>
  (await app.client(accessToken).send(query, variables)).errors?.[0]?.extensions.code ?? 'done';
const refusal = (accessToken: string) => codeOf(viewer, {}, accessToken);
const signInWith = (email: string, password: string) => codeOf(signIn, { input: { email, password } });
const minutes = (count: number) => {
  present = new Date(present.getTime() + count * 60_000);
};

/** The reset link that the person's newest mail holds. */
async function resetLink({ email }: Pick<Person, 'email'>): Promise<string> {
  await app.client().data(requestPasswordReset, { email });
  await app.deliver();
  return tokenIn((await mailsTo(app.dataDir, email)).at(-1) ?? fail('no mail came'));
}

function fail(message: string): never {
  throw new Error(message);
}

/** Every way in that the person has: a request, an open socket, a refresh, the address of the calendar. */
async function openWays(person: Person) {
  const { accessToken, refreshToken } = await signInAs(app.client(), person);
  const socket = app.socket(accessToken);
  const events = socket.subscribe('subscription { notificationEvents { __typename } }');
  expect(await events.next()).toEqual({ notificationEvents: { __typename: 'ChannelJoined' } });
  const { calendarFeed } = await app.client(accessToken).data('{ calendarFeed { url } }');
  const readCalendar = async () =>
    (await fetch(new URL(new URL(calendarFeed.url).pathname, app.origin))).status;
  expect(await readCalendar()).toBe(200);
  return {
    accessToken,
    async expectClosed() {
      expect(await refusal(accessToken)).toBe('SESSION_EXPIRED');
      expect(await socket.closed).toMatchObject({ code: 4403, reason: 'SESSION_EXPIRED' });
      expect(await codeOf(refreshSession, { token: refreshToken })).toBe('SESSION_EXPIRED');
      expect(await readCalendar()).toBe(404);
    },
  };
}

describe('changePassword', () => {
  it('ends every session at once, on HTTP and on open sockets, and goes on with a new one', async () => {
    const person = await someone();
    const [one, other] = [await openWays(person), await openWays(person)];
    const input = { currentPassword: seededPassword, newPassword };
    const { changePassword: payload } = await app.client(one.accessToken).data(changePassword, { input });
    expect(payload.user.id).toBe(person.id);
    await one.expectClosed();
    await other.expectClosed();
    expect(await refusal(payload.accessToken)).toBe('done');
    expect(await signInWith(person.email, seededPassword)).toBe('INVALID_CREDENTIALS');
    expect(await signInWith(person.email, newPassword)).toBe('done');
  });

  it('tells the owner by mail', async () => {
    const person = await someone();
    const input = { currentPassword: seededPassword, newPassword };
    await app.client(person.accessToken).data(changePassword, { input });
    await app.deliver();
    const mails = await mailsTo(app.dataDir, person.email);
    expect(mails.map(({ headers }) => headers['subject'])).toEqual(['Your password was changed']);
  });

  it('refuses a wrong current password and changes nothing', async () => {
    const person = await someone();
    const input = { currentPassword: 'something else', newPassword };
    const error = await app.client(person.accessToken).error(changePassword, { input });
    expect(error.extensions).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      fields: { 'input.currentPassword': ['is not your password'] },
    });
    expect(await refusal(person.accessToken)).toBe('done');
    expect(await codeOf(changePassword, { input })).toBe('UNAUTHENTICATED');
  });

  it('lets one of two simultaneous changes win', async () => {
    const person = await someone();
    const change = (password: string) =>
      codeOf(
        changePassword,
        { input: { currentPassword: seededPassword, newPassword: password } },
        person.accessToken,
      );
    const codes = await Promise.all([change('the first of the two'), change('the second of the two')]);
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
  });

  it.each(['Password1', 'qwertyuiop', '1234567890', 'ILoveYou'])(
    'refuses the common password %s',
    async (common) => {
      const person = await someone();
      const input = { currentPassword: seededPassword, newPassword: common };
      const error = await app.client(person.accessToken).error(changePassword, { input });
      expect(error.extensions).toMatchObject({
        code: 'VALIDATION_ERROR',
        fields: { 'input.newPassword': ['is one of the most common passwords'] },
      });
    },
  );

  it('refuses the owner’s own name and address', async () => {
    const tutor = await (await app.seed.school()).tutor({ displayName: 'Олена Коваль' });
    for (const own of ['олена коваль', tutor.email, tutor.email.split('@')[0]]) {
      const input = { currentPassword: seededPassword, newPassword: own };
      expect(await codeOf(changePassword, { input }, tutor.accessToken)).toBe('VALIDATION_ERROR');
    }
  });
});

describe('a sign-in with a password that is replaced meanwhile', () => {
  it.each(['a device of before', 'a new device'])('opens no session, from %s', async (device) => {
    const person = await someone();
    if (device === 'a device of before') expect(await signInWith(person.email, seededPassword)).toBe('done');
    const open = () => sql('SELECT id FROM session WHERE user_id = $1', person.uuid);
    const before = await open();
    const waiting = () =>
      sql(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`);
    const answer = await app.foundation.database.transaction(async (tx) => {
      await tx.sql('UPDATE app_user SET password_hash = $2 WHERE id = $1::uuid', person.uuid, 'another');
      const said = signInWith(person.email, seededPassword);
      await eventually(waiting, (waits) => waits.length > 0);
      return { said };
    });
    expect(await answer.said).toBe('INVALID_CREDENTIALS');
    expect(await open()).toEqual(before);
  });
});

describe('a password reset', () => {
  it('sets a new password by the mailed link, once, and ends every session at once', async () => {
    const person = await someone();
    const ways = await openWays(person);
    const token = await resetLink(person);
    expect(await codeOf(resetPassword, { input: { token, newPassword } })).toBe('done');
    await ways.expectClosed();
    expect(await signInWith(person.email, newPassword)).toBe('done');
    const again = { input: { token, newPassword: 'yet another one' } };
    expect(await codeOf(resetPassword, again)).toBe('LINK_EXPIRED');
    expect(await signInWith(person.email, newPassword)).toBe('done');
  });

  it('answers the same for an address without an account, and mails nothing', async () => {
    const [known, unknown] = [(await someone()).email, `${newId()}@test.example`];
    const answers = await Promise.all(
      [known, unknown].map((email) => app.client().send(requestPasswordReset, { email })),
    );
    expect(answers[0]?.data).toEqual(answers[1]?.data);
    await app.deliver();
    expect(await mailsTo(app.dataDir, unknown)).toEqual([]);
    expect(await mailsTo(app.dataDir, known)).toHaveLength(1);
  });

  it('sends the same statements for both', async () => {
    const [known, unknown] = [(await someone()).email, `${newId()}@test.example`];
    const ask = (email: string) =>
      app.statements
        .during(() => app.client().data(requestPasswordReset, { email }))
        .then(({ statements }) => statements);
    expect(await ask(known)).toEqual(await ask(unknown));
  });

  it('lasts 30 minutes', async () => {
    const person = await someone();
    const token = await resetLink(person);
    minutes(31);
    expect(await codeOf(resetPassword, { input: { token, newPassword } })).toBe('LINK_EXPIRED');
  });

  it('takes one of 20 simultaneous uses', async () => {
    const token = await resetLink(await someone());
    const uses = Array.from({ length: 20 }, (_, index) =>
      codeOf(resetPassword, { input: { token, newPassword: `number ${index} of twenty` } }),
    );
    const codes = await Promise.all(uses);
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['done', 'LINK_EXPIRED']));
  });

  it('ends the other links of the account when one is used', async () => {
    const person = await someone();
    const [first, second] = [await resetLink(person), await resetLink(person)];
    expect(await codeOf(resetPassword, { input: { token: second, newPassword } })).toBe('done');
    expect(await codeOf(resetPassword, { input: { token: first, newPassword } })).toBe('LINK_EXPIRED');
  });

  it('mails no more than three links while they work, so the owner is neither buried nor locked out', async () => {
    const { email } = await someone();
    for (let i = 0; i < 8; i++) await app.client().data(requestPasswordReset, { email });
    await app.deliver();
    const mails = await mailsTo(app.dataDir, email);
    expect(mails.length).toBe(3);
    const token = tokenIn(mails[0] ?? fail('no mail'));
    expect(await codeOf(resetPassword, { input: { token, newPassword } })).toBe('done');
    minutes(31);
    await app.client().data(requestPasswordReset, { email });
    await app.deliver();
    expect((await mailsTo(app.dataDir, email)).length).toBeGreaterThan(4);
  });

  it('refuses tokens that were never made, and those of another kind of link', async () => {
    const person = await someone();
    await app.client(person.accessToken).data(requestEmailVerification);
    await app.deliver();
    const verification = tokenIn((await mailsTo(app.dataDir, person.email))[0] ?? fail('no mail'));
    for (const token of ['', 'nonsense', 'A'.repeat(64), verification]) {
      expect(await codeOf(resetPassword, { input: { token, newPassword } })).toBe('LINK_EXPIRED');
    }
  });

  it('keeps nothing in the database from which the link or the address could be read', async () => {
    const person = await someone();
    const token = await resetLink(person);
    const unknown = `${newId()}@test.example`;
    await app.client().data(requestPasswordReset, { email: unknown });
    const items = await sql<{ text: string }>('SELECT q::text AS text FROM notification_queue_item q');
    const links = await sql<{ text: string }>('SELECT l::text AS text FROM account_link l');
    const kept = [...items, ...links].map(({ text }) => text).join('\n');
    expect(kept).toContain('account.password-reset');
    for (const secret of [token, unknown, person.email]) expect(kept).not.toContain(secret);
  });

  it('is refused for a common password, and the link can then still be used', async () => {
    const token = await resetLink(await someone());
    const common = { input: { token, newPassword: 'football' } };
    expect(await codeOf(resetPassword, common)).toBe('VALIDATION_ERROR');
    expect(await codeOf(resetPassword, { input: { token, newPassword } })).toBe('done');
  });
});

describe('verifyEmail', () => {
  it('takes the link that came with the sign-up as a proof, once', async () => {
    const email = `${newId()}@test.example`;
    const input = { email, password: 'long enough', displayName: 'New', role: 'STUDENT', locale: 'en' };
    const { signUp: signedUp } = await app.client().data(signUp, { input });
    const own = () => app.client(signedUp.accessToken).data('{ viewer { emailVerified } }');
    expect(await own()).toEqual({ viewer: { emailVerified: false } });
    await app.deliver();
    const token = tokenIn((await mailsTo(app.dataDir, email))[0] ?? fail('no mail'));
    const { verifyEmail: payload } = await app.client().data(verifyEmail, { token });
    expect(payload.user).toEqual({ id: signedUp.user.id, email, emailVerified: true });
    expect(await own()).toEqual({ viewer: { emailVerified: true } });
    expect(await codeOf(verifyEmail, { token })).toBe('LINK_EXPIRED');
  });

  it('is written to Ukrainians in Ukrainian', async () => {
    const tutor = await (await app.seed.school()).tutor({ locale: 'uk' });
    await app.client(tutor.accessToken).data(requestEmailVerification);
    await app.deliver();
    const [mail] = await mailsTo(app.dataDir, tutor.email);
    expect(mail?.headers['subject']).toBe('Підтвердьте свою адресу');
  });

  it('can be asked for by who is signed in only', async () => {
    expect(await codeOf(requestEmailVerification, {})).toBe('UNAUTHENTICATED');
  });
});

describe('a stranger who tries passwords', () => {
  it('does not lock the owner out', async () => {
    const { email } = await someone();
    for (let i = 0; i < 30; i++) expect(await signInWith(email, `guess ${i}`)).toBe('INVALID_CREDENTIALS');
    expect(await signInWith(email, seededPassword)).toBe('done');
  });
});

describe('signUp', () => {
  it('refuses common passwords whatever the address', async () => {
    const input = {
      email: `${newId()}@test.example`,
      password: 'Password123',
      displayName: 'New',
      role: 'STUDENT',
    };
    expect(await codeOf(signUp, { input })).toBe('VALIDATION_ERROR');
  });
});

describe('setUserPlan', () => {
  it('sets the plan of a person of the school, for admins', async () => {
    const school = await app.seed.school();
    const [admin, tutor] = await Promise.all([school.admin(), school.tutor()]);
    const input = { userId: tutor.id, plan: 'PREMIUM' };
    const { setUserPlan: payload } = await app.client(admin.accessToken).data(setUserPlan, { input });
    expect(payload.user).toEqual({ id: tutor.id, plan: 'PREMIUM' });
    const rows = await sql(
      `SELECT action, subject, detail FROM audit_entry WHERE organization_id = $1`,
      school.organizationId,
    );
    expect(rows).toEqual([{ action: 'plan.changed', subject: tutor.id, detail: { plan: 'PREMIUM' } }]);
  });

  it('is refused to everyone else, and finds nobody of another school', async () => {
    const school = await app.seed.school();
    const { tutor, student } = await school.pair();
    const stranger = await (await app.seed.school()).admin();
    const input = { userId: student.id, plan: 'PREMIUM' };
    expect(await codeOf(setUserPlan, { input }, tutor.accessToken)).toBe('FORBIDDEN');
    expect(await codeOf(setUserPlan, { input }, student.accessToken)).toBe('FORBIDDEN');
    expect(await codeOf(setUserPlan, { input }, stranger.accessToken)).toBe('USER_NOT_FOUND');
    expect(await codeOf(setUserPlan, { input })).toBe('UNAUTHENTICATED');
    const absent = { userId: encodeId('user', newId()), plan: 'FREE' };
    const admin = await school.admin();
    expect(await codeOf(setUserPlan, { input: absent }, admin.accessToken)).toBe('USER_NOT_FOUND');
  });
});
