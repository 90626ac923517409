import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { viewerDependent } from '../../graphql/sharing.js';
import type { SessionView } from './sessions.js';
import type { SignedIn } from './sign-in.js';
import type { OrganizationView, UserView } from './views.js';

/** The roles of people in a school. */
export const RoleEnum = builder.enumType('Role', {
  description: 'What a person is in a school.',
  values: {
    OWNER: { description: 'Answers for the school; may do all that an admin may.' },
    ADMIN: { description: 'Acts for the whole school.' },
    TUTOR: { description: 'Teaches the students with whom a relation is active.' },
    STUDENT: { description: 'Is taught by tutors.' },
  },
});

/** What people pay for. */
export const PlanEnum = builder.enumType('Plan', {
  description: 'What a user has paid for.',
  values: { FREE: { description: 'Nothing.' }, PREMIUM: { description: 'The premium plan.' } },
});

/** A school. A field of this type may resolve to an id alone. */
export const OrganizationRef = builder.loadableNodeRef('Organization', {
  id: { resolve: (organization: OrganizationView) => organization.id },
  load: (ids: string[], context) => context.services.accounts.organizationsByIds(requireViewer(context), ids),
});
OrganizationRef.implement({
  description: 'A school. People see their own and no other.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

/** A user. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const UserRef = builder.loadableNodeRef('User', {
  id: { resolve: (user: UserView) => user.id },
  load: (ids: string[], context) => context.services.accounts.usersByIds(requireViewer(context), ids),
});
UserRef.implement({
  description:
    'A person of a school. Seen by themselves, by admins, and by those who have or had a relation of tutor and student or a classroom in common with them; to anyone else USER_NOT_FOUND.',
  fields: (t) => ({
    displayName: t.exposeString('displayName', { description: 'The name that others see.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What they are in the school.' }),
    plan: t.expose('plan', {
      extensions: viewerDependent,
      type: PlanEnum,
      nullable: true,
      description: 'What they have paid for; null unless the viewer is this user or an admin.',
    }),
    timeZone: t.expose('timeZone', { type: 'TimeZone', description: 'Where their local times are.' }),
    locale: t.expose('locale', { type: 'Locale', description: 'The language that they are written to in.' }),
    email: t.expose('email', {
      extensions: viewerDependent,
      type: 'EmailAddress',
      nullable: true,
      description: 'Their address; null unless the viewer is this user or an admin.',
    }),
    emailVerified: t.exposeBoolean('emailVerified', {
      nullable: true,
      extensions: viewerDependent,
      description:
        'Whether they proved that the address is theirs; null unless the viewer is this user or an admin.',
    }),
    organization: t.field({
      type: OrganizationRef,
      description: 'Their school.',
      resolve: (user) => user.organization,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they joined.' }),
  }),
});

/** A page of users. */
export const UserConnection = builder.connectionObject(
  { type: UserRef, name: 'UserConnection', description: 'A page of users.' },
  { name: 'UserEdge', description: 'A user in a page.' },
);

/** A session of the viewer. */
export const SessionRef = builder.loadableNodeRef('Session', {
  id: { resolve: (session: SessionView) => session.id },
  load: (ids: string[], context) => context.services.accounts.sessionsByIds(requireViewer(context), ids),
});
SessionRef.implement({
  description: 'A device on which the viewer is signed in. It ends after 30 days without a refresh.',
  fields: (t) => ({
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was signed in.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      description: 'When it was last refreshed; true to 15 minutes while it is in use.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'What the device said of itself when it was last refreshed.',
    }),
    current: t.exposeBoolean('current', { description: 'Whether this very request belongs to it.' }),
  }),
});

/** What a sign-in gives. */
export const AuthPayload = builder.objectRef<SignedIn>('AuthPayload').implement({
  description: 'A user who has just signed in, and the tokens to go on with.',
  fields: (t) => ({
    user: t.field({ type: UserRef, description: 'Who signed in.', resolve: (signedIn) => signedIn.user }),
    accessToken: t.exposeString('accessToken', {
      description:
        'For `Authorization: Bearer …` over HTTP and `connectionParams.accessToken` over WebSocket.',
    }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      description: 'When the access token ends, 15 minutes after it was made. Call refreshSession before.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      description: 'For refreshSession, once: it is answered with the next one. Keep it secret.',
    }),
  }),
});

/** What a change of a user gives. */
export const UserPayload = builder.objectRef<{ readonly user: UserView }>('UserPayload').implement({
  description: 'The user after the change.',
  fields: (t) => ({
    user: t.field({ type: UserRef, description: 'The user.', resolve: ({ user }) => user }),
  }),
});

/** What a mutation gives that has nothing to show. */
export const OkPayload = builder.objectRef<{ readonly ok: boolean }>('OkPayload').implement({
  description: 'That it was done.',
  fields: (t) => ({ ok: t.exposeBoolean('ok', { description: 'Always true; a failure is an error.' }) }),
});
