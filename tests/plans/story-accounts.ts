import { makeAdmin } from '../../src/app/operator.js';
import { mailsTo, tokenIn } from '../testkit/mailbox.js';
import { type School, seededPassword } from '../testkit/seed.js';
import type { TestApp } from '../testkit/start-app.js';
import { type Actor, type createActors, idOfRow } from './actors.js';

type Actors = ReturnType<typeof createActors>;

/** Accounts, relations and what admins do; `school` is a new one, whose people have passwords. */
export async function accountsStory(
  app: TestApp,
  actors: Actors,
  school: School,
  admin: Actor,
  tutor: Actor,
): Promise<void> {
  const [somebody, pupil, chief] = [await school.tutor(), await school.student(), await school.admin()];
  const [other, head] = [actors.of(pupil), actors.of(chief)];
  const nobody = actors.of({ uuid: somebody.uuid, accessToken: '' });
  const link = async (address: string) => {
    await app.deliver();
    return tokenIn((await mailsTo(app.dataDir, address)).at(-1) ?? missing(address));
  };
  const email = `new-${Date.now()}@test.example`;
  const made = await nobody.change('signUp', {
    email,
    password: seededPassword,
    displayName: 'New',
    role: 'STUDENT',
  });
  await nobody.change('verifyEmail', { token: await link(email) });
  const signedIn = await nobody.change('signIn', { email, password: seededPassword });
  const refreshed = await nobody.change('refreshSession', { refreshToken: signedIn.refreshToken });
  const fresh = actors.of({ uuid: somebody.uuid, accessToken: refreshed.accessToken });
  await fresh.ask('viewer');
  const sessions = await fresh.ask('sessions');
  await fresh.ask('nodes', { ids: sessions.map(({ id }: { id: string }) => id) });
  await fresh.change('revokeSession', { sessionId: sessions.at(-1).id }).catch(() => {});
  await nobody.change('requestPasswordReset', { email: somebody.email });
  await nobody.change('resetPassword', {
    token: await link(somebody.email),
    newPassword: 'quite another password',
  });
  const again = await nobody.change('signIn', { email: somebody.email, password: 'quite another password' });
  const back = actors.of({ uuid: somebody.uuid, accessToken: again.accessToken });
  await back.change('changePassword', {
    currentPassword: 'quite another password',
    newPassword: seededPassword,
  });
  await other.ask('requestEmailVerification');
  await other.change('updateProfile', { displayName: 'Renamed' });
  await other.ask('nodes', { ids: [other.id, tutor.id, made.user.id] });
  await head.change('setUserPlan', { userId: other.id, plan: 'PREMIUM' });

  const inviter = actors.of(await school.tutor());
  const invite = async (person: Actor, role: string) => {
    const address = `invited-${Date.now()}@test.example`;
    const { id } = (await person.change('createInvitation', { email: address, role })).invitation;
    return { id, address, invitationToken: await link(address) };
  };
  const { address, invitationToken } = await invite(inviter, 'STUDENT');
  await nobody.change('signUp', {
    ...{ email: address, password: seededPassword, displayName: 'Invited', role: 'STUDENT', invitationToken },
  });
  const revoked = await invite(head, 'TUTOR');
  for (const person of [inviter, head]) await person.ask('invitations', { first: 20 });
  await head.ask('nodes', { ids: [revoked.id] });
  await head.change('revokeInvitation', { invitationId: revoked.id });

  const invited = (await inviter.change('inviteStudent', { studentEmail: pupil.email, note: 'hello' }))
    .relation;
  await other.change('acceptInvitation', { relationId: invited.id });
  await inviter.change('endTutorStudentRelation', { relationId: invited.id });
  const second = (await inviter.change('inviteStudent', { studentEmail: pupil.email })).relation;
  await other.change('declineInvitation', { relationId: second.id });
  for (const person of [tutor, admin]) {
    const page = await person.ask('tutorStudentRelations', { first: 20 }, 3);
    await person.ask('tutorStudentRelations', { first: 20, after: page.pageInfo.endCursor }, 3);
    await person.ask('tutorStudentRelations', { first: 20, status: 'ACTIVE' }, 3);
    const users = await person.ask('users', { first: 20 }, 3);
    await person.ask('users', { first: 20, after: users.pageInfo.endCursor }, 3);
    await person.ask('users', { first: 20, role: 'STUDENT', text: 'Person 77' }, 3);
  }
  await tutor.ask('nodes', { ids: [idOfRow('relation', 0), idOfRow('organization', 0)] });
  const log = await admin.ask('auditLog', { first: 20 });
  await admin.ask('auditLog', { first: 20, after: log.pageInfo.endCursor });
  await admin.ask('auditLog', { first: 20, action: 'plan.changed' });
  await tutor.ask('calendarFeed');
  const { calendarFeed } = await tutor.ask('rotateCalendarFeed');
  await fetch(calendarFeed.url.replace(/^https?:\/\/[^/]+/, app.origin));

  const { tutor: leaving, student: left } = await school.pair();
  await school.lesson(leaving, left);
  await actors.of(leaving).change('exportAccount', { password: seededPassword });
  await actors.of(leaving).change('deleteAccount', { password: seededPassword });
  await fresh.ask('signOut');
  await makeAdmin(app.foundation, {
    ...{
      email: `admin-${Date.now()}@test.example`,
      displayName: 'Admin',
      role: 'ADMIN',
      organization: 'Other school',
    },
  });
}

function missing(address: string): never {
  throw new Error(`no mail came to ${address}`);
}
