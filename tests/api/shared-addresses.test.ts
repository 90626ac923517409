import { newId } from '../../src/shared/ids.js';
import { mailsTo, tokenIn } from '../testkit/mailbox.js';
import { type Person, seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { refreshSession, signIn, signOut, signUp, viewer } from './account-operations.js';

let app: TestApp;
let present = new Date();
beforeAll(async () => {
  app = await startApp({ clock: { now: () => present } });
});
beforeEach(() => {
  present = new Date();
});
afterAll(() => app.stop());

const password = 'a password of a stranger';
const verifyEmail = 'mutation ($token: String!) { verifyEmail(input: { token: $token }) { user { id } } }';
const requestEmailVerification = 'mutation { requestEmailVerification { ok } }';
const deleteAccount =
  'mutation ($password: String!) { deleteAccount(input: { password: $password }) { ok } }';
const inviteStudent = `mutation ($email: EmailAddress!) {
  inviteStudent(input: { studentEmail: $email }) { relation { id student { id } } }
}`;
const requestReset =
  'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { ok } }';
const resetPassword = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { ok } }';

const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);
const inputFor = (email: string, changes: object = {}) => ({
  input: { email, password, displayName: 'Stranger', role: 'STUDENT', locale: 'en', ...changes },
});
const nobodys = () => `${newId()}@test.example`;

/** Somebody who has proved their address. */
async function known(): Promise<Person> {
  const person = await (await app.seed.school()).student();
  await sql('UPDATE app_user SET email_verified_at = now() WHERE id = $1', person.uuid);
  return person;
}

/** What somebody sees who signs up with an address and then tries whatever an account can do; ids and times left out. */
async function lifeOf(email: string) {
  const seen: unknown[] = [];
  const note = ({
    data,
    errors,
  }: {
    data?: unknown;
    errors?: readonly { extensions: unknown }[] | undefined;
  }) =>
    seen.push(
      JSON.parse(
        JSON.stringify({ data, errors: errors?.map(({ extensions }) => extensions) })
          .replaceAll(email, '<address>')
          .replace(/"(id|accessToken|refreshToken|accessTokenExpiresAt|createdAt)":"[^"]+"/g, '"$1":"…"'),
      ),
    );
  const first = await app.client().send(signUp, inputFor(email));
  note(first);
  const own = app.client(first.data?.signUp.accessToken);
  note(await own.send(viewer));
  note(await own.send('{ viewer { emailVerified } }'));
  note(await own.send(requestEmailVerification));
  note(await app.client().send(refreshSession, { token: first.data?.signUp.refreshToken }));
  note(await own.send(signOut));
  note(await app.client().send(signIn, { input: { email, password: 'something else' } }));
  const again = await app.client().send(signIn, { input: { email, password } });
  note(again);
  expect(again.data?.signIn.user.id).toBe(first.data?.signUp.user.id);
  note(await app.client().send(signUp, inputFor(email, { password: 'another password again' })));
  await app.deliver();
  note(
    await app.client(again.data?.signIn.accessToken).send('{ notifications { edges { node { type } } } }'),
  );
  return seen;
}

describe('a sign-up with an address that has an account', () => {
  it('looks like any other, then and afterwards', async () => {
    const unproved = await (await app.seed.school()).student();
    const [ofKnown, ofUnproved, ofNobody] = [
      await lifeOf((await known()).email),
      await lifeOf(unproved.email),
      await lifeOf(nobodys()),
    ];
    expect(ofKnown).toEqual(ofNobody);
    expect(ofUnproved).toEqual(ofNobody);
    expect(ofNobody[0]).toMatchObject({ data: { signUp: { user: { email: '<address>' } } } });
  });

  it('sends the same statements', async () => {
    const statements = async (email: string) =>
      (await app.statements.during(() => app.client().data(signUp, inputFor(email)))).statements;
    expect(await statements((await known()).email)).toEqual(await statements(nobodys()));
  });

  it('hashes once for a sign-in, whatever number of accounts name the address', async () => {
    const { email } = await known();
    await Promise.all(
      ['one', 'two', 'three'].map((word) =>
        app.client().data(signUp, inputFor(email, { password: `a password of ${word}` })),
      ),
    );
    const free = nobodys();
    await Promise.all(
      ['one', 'two', 'three'].map((word) =>
        app.client().data(signUp, inputFor(free, { password: `a password of ${word}` })),
      ),
    );
    const salts = await sql<{ email: string; count: number }>(
      `SELECT email, count(DISTINCT split_part(password_hash, '$', 5))::int AS count FROM app_user
       WHERE email = ANY ($1::text[]) GROUP BY email`,
      [email, free],
    );
    expect(salts.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('leaves the account as it was, and tells its owner, without a link and without the stranger’s words', async () => {
    const owner = await known();
    const phishing = 'Click evil.example at once';
    await app.client().data(signUp, inputFor(owner.email, { displayName: phishing }));
    await app.deliver();
    const mails = await mailsTo(app.dataDir, owner.email);
    expect(mails.map(({ headers }) => headers['subject'])).toEqual(['Somebody used your address']);
    expect(mails[0]?.text).toContain(`Hello ${owner.displayName},`);
    expect(mails[0]?.text).not.toMatch(/token|evil/);
    const input = { email: owner.email, password: seededPassword };
    expect((await app.client().data(signIn, { input })).signIn.user.id).toBe(owner.id);
  });

  it('greets nobody by a name that a stranger has chosen', async () => {
    const email = nobodys();
    await app.client().data(signUp, inputFor(email, { displayName: 'Click evil.example at once' }));
    await app.deliver();
    const [mail] = await mailsTo(app.dataDir, email);
    expect(mail?.headers['subject']).toBe('Confirm your address');
    expect(`${mail?.text} ${mail?.html}`).not.toContain('evil');
  });

  it('mails no more than five letters a day, however many sign up', async () => {
    const email = nobodys();
    for (let i = 0; i < 8; i++) await app.client().data(signUp, inputFor(email));
    await app.deliver();
    expect(await mailsTo(app.dataDir, email)).toHaveLength(5);
  });
});

describe('an address', () => {
  it('belongs to whoever proves it, though somebody else named it first', async () => {
    const email = nobodys();
    const squatter = (await app.client().data(signUp, inputFor(email))).signUp;
    present = new Date(present.getTime() + 1_000);
    const owner = (await app.client().data(signUp, inputFor(email, { password: 'the owner’s own' }))).signUp;
    await app.deliver();
    const tokens = (await mailsTo(app.dataDir, email)).map(tokenIn);
    const proved = await Promise.all(tokens.map((token) => app.client().send(verifyEmail, { token })));
    // Whoever reads the mail may take either; the other can then be proved no more.
    expect(proved.filter(({ errors }) => !errors)).toHaveLength(1);
    expect(proved.find(({ errors }) => errors)?.errors?.[0]?.extensions.code).toBe('LINK_EXPIRED');
    for (const one of [squatter, owner])
      expect((await app.client(one.accessToken).data(viewer)).viewer.id).toBe(one.user.id);
  });

  it('is where a tutor reaches the one who proved it, and no stranger', async () => {
    const school = await app.seed.school();
    const [tutor, student] = [await school.tutor(), await school.student()];
    const stranger = (await app.client().data(signUp, inputFor(student.email))).signUp;
    const payload = await app.client(tutor.accessToken).data(inviteStudent, { email: student.email });
    expect(payload.inviteStudent.relation.student.id).toBe(student.id);
    expect(stranger.user.id).not.toBe(student.id);
  });

  it('gets a new password for its own account, and the stranger keeps nothing of it', async () => {
    const owner = await known();
    const stranger = (await app.client().data(signUp, inputFor(owner.email))).signUp;
    await app.client().data(requestReset, { email: owner.email });
    await app.deliver();
    const mail = (await mailsTo(app.dataDir, owner.email)).find(({ text }) => text.includes('#token='));
    if (!mail) throw new Error('no link came');
    await app
      .client()
      .data(resetPassword, { input: { token: tokenIn(mail), newPassword: 'set by the owner' } });
    const input = { email: owner.email, password: 'set by the owner' };
    expect((await app.client().data(signIn, { input })).signIn.user.id).toBe(owner.id);
    expect((await app.client(stranger.accessToken).data(viewer)).viewer.id).toBe(stranger.user.id);
  });

  it('gets no mail of what happens to a stranger’s account', async () => {
    const owner = await known();
    const stranger = (await app.client().data(signUp, inputFor(owner.email))).signUp;
    await app.deliver();
    const change = { currentPassword: password, newPassword: 'changed by the stranger' };
    await app
      .client(stranger.accessToken)
      .data('mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }', {
        input: change,
      });
    await app.deliver();
    expect(await mailsTo(app.dataDir, owner.email)).toHaveLength(1);
    const [item] = await sql<{ reason: string }>(
      `SELECT reason FROM notification_queue_item WHERE event_type = 'account.password_changed' AND channel = 'EMAIL'
         AND user_id = (SELECT id FROM app_user WHERE email = $1 AND email_verified_at IS NULL)`,
      owner.email,
    );
    expect(item?.reason).toBe('The address belongs to another account.');
  });

  it('is erased everywhere with the account that has proved it', async () => {
    const owner = await known();
    await app.client().data(signUp, inputFor(owner.email));
    await app.client(owner.accessToken).data(deleteAccount, { password: seededPassword });
    expect(await sql('SELECT id FROM app_user WHERE email = $1', owner.email)).toEqual([]);
  });

  it('is left alone when a stranger who only names it goes', async () => {
    const owner = await known();
    const stranger = (await app.client().data(signUp, inputFor(owner.email))).signUp;
    await app.client(stranger.accessToken).data(deleteAccount, { password });
    expect((await app.client(owner.accessToken).data(viewer)).viewer.email).toBe(owner.email);
  });
});

describe('an account that never proved its address', () => {
  it('is erased after 30 days if nobody has to do with it, whether or not the address is another’s', async () => {
    const owner = await known();
    const school = await app.seed.school();
    const { student: taught } = await school.pair();
    const [shadow, alone] = [
      (await app.client().data(signUp, inputFor(owner.email))).signUp,
      (await app.client().data(signUp, inputFor(nobodys()))).signUp,
    ];
    await sql(`UPDATE app_user SET created_at = now() - interval '31 days' WHERE erased_at IS NULL`);
    const worker = app.worker();
    worker.start();
    await worker.stop();
    const codeOf = async (token: string) =>
      (await app.client(token).send(viewer)).errors?.[0]?.extensions.code ?? 'alive';
    expect(await codeOf(shadow.accessToken)).toBe('SESSION_EXPIRED');
    expect(await codeOf(alone.accessToken)).toBe('SESSION_EXPIRED');
    expect(await codeOf(taught.accessToken)).toBe('alive');
    expect(await codeOf(owner.accessToken)).toBe('alive');
  });
});
