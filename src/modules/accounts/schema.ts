import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import type { AppError } from '../../shared/errors.js';

export interface UserView { id: string; displayName: string; organizationId: string; email: string | null; createdAt: Date }

declare module '../../graphql/context.js' {
  interface Services { accounts: { usersByIds(viewer: unknown, ids: readonly string[]): Promise<(UserView | AppError)[]> } }
}

export const UserRef = builder.loadableNodeRef('User', {
  id: { resolve: (user: UserView) => user.id },
  load: (ids: string[], context) => context.services.accounts.usersByIds(requireViewer(context), ids),
});
UserRef.implement({
  description: 'x',
  fields: (t) => ({
    displayName: t.exposeString('displayName', {description: 'x'}),
    email: t.expose('email', { type: 'EmailAddress', nullable: true }),
  }),
});
interface L { id: string; tutorId: string; tutor: UserView }
const Lesson = builder.objectRef<L>('L').implement({ fields: (t) => ({ tutor: t.field({ type: UserRef, resolve: (l) => l.tutorId }), tutor2: t.field({type: UserRef, resolve: (l) => l.tutor }) }) });
export const UserEdge = builder.edgeObject({ type: UserRef, name: 'UserEdge' });
export const UserConnection = builder.connectionObject({ type: UserRef, name: 'UserConnection', fields: (t: any) => ({ eventCursor: t.field({ type: 'Cursor', resolve: () => null as never }) }) }, UserEdge);
builder.queryField('users', (t) => t.field({ type: UserConnection, args: t.arg.connectionArgs(), resolve: async (_root, args, context) => { return { edges: [], pageInfo: {hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null} }; } }));
builder.queryField('l', (t) => t.field({type: Lesson, resolve: () => ({id:'x', tutorId: 'x'}) as L}));
