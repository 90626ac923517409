import { newId } from '../../src/shared/ids.js';
import { mailsTo, tokenIn } from '../testkit/mailbox.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { signUp } from './account-operations.js';

let app: TestApp;
let present = new Date();
beforeAll(async () => {
  app = await startApp({ clock: { now: () => present } });
});
beforeEach(() => {
  present = new Date();
});
afterAll(() => app.stop());

const createInvitation = `mutation ($email: EmailAddress!, $role: InvitedRole!) {
  createInvitation(input: { email: $email, role: $role }) { invitation { id email role inviter { id } expiresAt } }
}`;
const revokeInvitation = 'mutation ($id: ID!) { revokeInvitation(input: { invitationId: $id }) { ok } }';
const invitations = `query ($first: Int, $after: String) {
  invitations(first: $first, after: $after) { edges { node { id email inviter { displayName } } } pageInfo { hasNextPage endCursor } }
}`;
const relations = '{ tutorStudentRelations { edges { node { status tutor { id } student { id } } } } }';

const sql = <Row>(text: string, ...values: unknown[]) => app.foundation.database.sql<Row>(text, ...values);
const nobodys = () => `${newId()}@test.example`;
const codeOf = async (query: string, variables: Record<string, unknown>, token: string | null = null) =>
  (await app.client(token).send(query, variables)).errors?.[0]?.extensions.code ?? 'done';
const inputFor = (email: string, invitationToken: string) => ({
  input: {
    email,
    password: 'a long enough one',
    displayName: 'New',
    role: 'STUDENT',
    locale: 'en',
    invitationToken,
  },
});

/** Invites and gives what the mail holds. */
async function invite(accessToken: string, email: string, role: string) {
  const { createInvitation: payload } = await app.client(accessToken).data(createInvitation, { email, role });
  await app.deliver();
  const mail = (await mailsTo(app.dataDir, email)).at(-1);
  if (!mail) throw new Error('no mail came');
  return { invitation: payload.invitation, mail, token: tokenIn(mail) };
}

describe('an invitation by an admin', () => {
  it('brings somebody into the school in the role, with a proved address', async () => {
    const school = await app.seed.school();
    const admin = await school.admin();
    const email = nobodys();
    const { invitation, mail, token } = await invite(admin.accessToken, email, 'TUTOR');
    expect(invitation).toMatchObject({ email, role: 'TUTOR', inviter: { id: admin.id } });
    expect(mail.headers['subject']).toBe('An invitation to A school');
    const { signUp: joined } = await app.client().data(signUp, inputFor(email, token));
    expect(joined.user).toMatchObject({ email, role: 'TUTOR', organization: { name: 'A school' } });
    const own = await app.client(joined.accessToken).data('{ viewer { emailVerified organization { id } } }');
    const ofAdmin = await app.client(admin.accessToken).data('{ viewer { organization { id } } }');
    expect(own.viewer).toEqual({ emailVerified: true, organization: ofAdmin.viewer.organization });
  });

  it('is audited from its making to its use', async () => {
    const school = await app.seed.school();
    const admin = await school.admin();
    const email = nobodys();
    const { invitation, token } = await invite(admin.accessToken, email, 'STUDENT');
    const { signUp: joined } = await app.client().data(signUp, inputFor(email, token));
    const entries = await sql(
      `SELECT action, subject, detail FROM audit_entry WHERE organization_id = $1 AND action NOT LIKE 'session%' ORDER BY seq`,
      school.organizationId,
    );
    expect(entries).toEqual([
      { action: 'invitation.created', subject: invitation.id, detail: { role: 'STUDENT' } },
      { action: 'account.created', subject: joined.user.id, detail: { invited: true, role: 'STUDENT' } },
    ]);
  });

  it('makes an admin only when an owner invites', async () => {
    const school = await app.seed.school();
    const [admin, owner] = [await school.admin(), await school.admin()];
    await sql(`UPDATE app_user SET role = 'OWNER' WHERE id = $1`, owner.uuid);
    const input = { email: nobodys(), role: 'ADMIN' };
    expect(await codeOf(createInvitation, input, admin.accessToken)).toBe('FORBIDDEN');
    const { token } = await invite(owner.accessToken, input.email, 'ADMIN');
    const { signUp: joined } = await app.client().data(signUp, inputFor(input.email, token));
    expect(joined.user.role).toBe('ADMIN');
  });
});

describe('an invitation by a tutor', () => {
  it('makes a student of theirs, whom they teach at once', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const email = nobodys();
    const { token } = await invite(tutor.accessToken, email, 'STUDENT');
    const { signUp: joined } = await app.client().data(signUp, inputFor(email, token));
    const { tutorStudentRelations } = await app.client(joined.accessToken).data(relations);
    expect(tutorStudentRelations.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { status: 'ACTIVE', tutor: { id: tutor.id }, student: { id: joined.user.id } },
    ]);
  });

  it('is for students alone, and students invite nobody', async () => {
    const { tutor, student } = await (await app.seed.school()).pair();
    expect(await codeOf(createInvitation, { email: nobodys(), role: 'TUTOR' }, tutor.accessToken)).toBe(
      'FORBIDDEN',
    );
    expect(await codeOf(createInvitation, { email: nobodys(), role: 'STUDENT' }, student.accessToken)).toBe(
      'FORBIDDEN',
    );
    expect(await codeOf(createInvitation, { email: nobodys(), role: 'STUDENT' })).toBe('UNAUTHENTICATED');
  });

  it('does not tell whether the address has an account, and writes to nobody who has proved theirs', async () => {
    const school = await app.seed.school();
    const [tutor, known] = [await school.tutor(), await (await app.seed.school()).student()];
    await sql('UPDATE app_user SET email_verified_at = now() WHERE id = $1', known.uuid);
    const ask = (email: string) =>
      app.statements.during(() =>
        app.client(tutor.accessToken).data(createInvitation, { email, role: 'STUDENT' }),
      );
    const [ofKnown, ofNobody] = [await ask(known.email), await ask(nobodys())];
    expect(ofKnown.statements).toEqual(ofNobody.statements);
    await app.deliver();
    expect(await mailsTo(app.dataDir, known.email)).toEqual([]);
  });

  it('ends at 50 a day', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const ask = () => codeOf(createInvitation, { email: nobodys(), role: 'STUDENT' }, tutor.accessToken);
    await sql(
      `INSERT INTO invitation (id, organization_id, inviter_id, role, sealed_address, created_at, expires_at)
       SELECT gen_random_uuid(), u.organization_id, u.id, 'STUDENT', '', now(), now() + interval '7 days'
       FROM app_user u, generate_series(1, 48) WHERE u.id = $1`,
      tutor.uuid,
    );
    const codes = await Promise.all(Array.from({ length: 4 }, ask));
    expect(codes.sort()).toEqual(['RATE_LIMITED', 'RATE_LIMITED', 'done', 'done']);
  });
});

describe('the list of invitations', () => {
  const invited = async (accessToken: string, page: Record<string, unknown> = {}) =>
    (await app.client(accessToken).data(invitations, page)).invitations;
  const ask = async (accessToken: string, email: string, role: string) =>
    (await app.client(accessToken).data(createInvitation, { email, role })).createInvitation.invitation.id;
  const idsOf = (page: { edges: { node: { id: string } }[] }) => page.edges.map(({ node }) => node.id);

  it('is for admins of the whole school, for tutors of their own, the newest first', async () => {
    const [school, elsewhere] = [await app.seed.school(), await app.seed.school()];
    const { tutor, student } = await school.pair();
    const [admin, foreign] = [await school.admin(), await elsewhere.admin()];
    const email = nobodys();
    const byTutor = await ask(tutor.accessToken, email, 'STUDENT');
    present = new Date(present.getTime() + 1);
    const byAdmin = await ask(admin.accessToken, nobodys(), 'TUTOR');
    const others = await ask(foreign.accessToken, nobodys(), 'TUTOR');
    expect(idsOf(await invited(admin.accessToken))).toEqual([byAdmin, byTutor]);
    expect((await invited(tutor.accessToken)).edges).toEqual([
      { node: { id: byTutor, email, inviter: { displayName: tutor.displayName } } },
    ]);
    expect(idsOf(await invited(foreign.accessToken))).toEqual([others]);
    expect(idsOf(await invited(student.accessToken))).toEqual([]);
    expect(await codeOf(invitations, {})).toBe('UNAUTHENTICATED');
  });

  it('has those that can still be used, and no other', async () => {
    const admin = await (await app.seed.school()).admin();
    const [open, used] = [nobodys(), nobodys()];
    const ended = await ask(admin.accessToken, nobodys(), 'TUTOR');
    await app.client(admin.accessToken).data(revokeInvitation, { id: ended });
    const { token } = await invite(admin.accessToken, used, 'TUTOR');
    await app.client().data(signUp, inputFor(used, token));
    const kept = await ask(admin.accessToken, open, 'TUTOR');
    expect(idsOf(await invited(admin.accessToken))).toEqual([kept]);
    await sql(
      'UPDATE invitation SET expires_at = $2::timestamptz WHERE inviter_id = $1',
      admin.uuid,
      present,
    );
    expect(idsOf(await invited(admin.accessToken))).toEqual([]);
  });

  it('comes in pages of one statement each, however many there are', async () => {
    const admin = await (await app.seed.school()).admin();
    const made: string[] = [];
    for (let i = 0; i < 3; i++) made.unshift(await ask(admin.accessToken, nobodys(), 'TUTOR'));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Record<string, unknown> = { first: 1, after };
      const { edges, pageInfo } = await invited(admin.accessToken, page);
      seen.push(...idsOf({ edges }));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    // All at the same time: their ids decide.
    expect(seen).toEqual(made);
    const one = await app.statements.during(() => invited(admin.accessToken, { first: 1 }));
    const all = await app.statements.during(() => invited(admin.accessToken, { first: 100 }));
    expect(all.statements).toHaveLength(one.statements.length);
    expect(await codeOf(invitations, { first: 101 }, admin.accessToken)).toBe('VALIDATION_ERROR');
  });
});

describe('the link of an invitation', () => {
  it('is used once, even by ten at the same time', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const email = nobodys();
    const { token } = await invite(tutor.accessToken, email, 'STUDENT');
    const uses = await Promise.all(Array.from({ length: 10 }, () => codeOf(signUp, inputFor(email, token))));
    expect(uses.filter((code) => code === 'done')).toHaveLength(1);
    // Who comes last finds the link used, or the address proved by whoever was faster.
    expect(uses.every((code) => ['done', 'LINK_EXPIRED', 'EMAIL_TAKEN'].includes(code))).toBe(true);
  });

  it('is for the address that it was mailed to', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const email = nobodys();
    const { token } = await invite(tutor.accessToken, email, 'STUDENT');
    const error = await app.client().error(signUp, inputFor(nobodys(), token));
    expect(error.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.email': ['is not the address that was invited'] },
    });
    expect(await codeOf(signUp, inputFor(email, token))).toBe('done');
  });

  it('ends after 7 days, and when the invitation is revoked', async () => {
    const school = await app.seed.school();
    const [tutor, other, admin] = await Promise.all([school.tutor(), school.tutor(), school.admin()]);
    const [late, early] = [nobodys(), nobodys()];
    const { token } = await invite(tutor.accessToken, late, 'STUDENT');
    const { token: revoked, invitation } = await invite(tutor.accessToken, early, 'STUDENT');
    expect(await codeOf(revokeInvitation, { id: invitation.id }, other.accessToken)).toBe(
      'INVITATION_NOT_FOUND',
    );
    expect(await codeOf(revokeInvitation, { id: invitation.id }, admin.accessToken)).toBe('done');
    expect(await codeOf(signUp, inputFor(early, revoked))).toBe('LINK_EXPIRED');
    present = new Date(present.getTime() + 8 * 86_400_000);
    expect(await codeOf(signUp, inputFor(late, token))).toBe('LINK_EXPIRED');
    expect(await codeOf(signUp, inputFor(late, 'nonsense'))).toBe('LINK_EXPIRED');
  });

  it('cannot be made from the database, which does not hold the address either', async () => {
    const tutor = await (await app.seed.school()).tutor();
    const email = nobodys();
    const { token } = await invite(tutor.accessToken, email, 'STUDENT');
    const rows = await sql<{ text: string }>(
      'SELECT i::text AS text FROM invitation i UNION ALL SELECT q::text FROM notification_queue_item q',
    );
    const kept = rows.map(({ text }) => text).join('\n');
    expect(kept).toContain('account.invitation');
    for (const secret of [email, token]) expect(kept).not.toContain(secret);
  });
});
