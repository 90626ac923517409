import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { emailArg as email } from './arguments.js';
import type { InvitationView } from './invitations.js';
import { OkPayload, RoleEnum, UserRef } from './types.js';

const role = z.enum(['STUDENT', 'TUTOR', 'ADMIN']);
const createArgs = z.object({ input: z.object({ email, role }) });
const revokeArgs = z.object({ input: z.object({ invitationId: id('invitation') }) });

const InvitedRole = builder.enumType('InvitedRole', {
  description: 'What somebody may be invited as.',
  values: {
    STUDENT: { description: 'Someone who is taught: by the tutor who invites them, or by nobody yet.' },
    TUTOR: { description: 'Someone who teaches; invited by an admin.' },
    ADMIN: { description: 'Someone who acts for the school; invited by an owner.' },
  },
});

const CreateInvitationInput = builder.inputType('CreateInvitationInput', {
  description: 'Who is to join the school.',
  fields: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: 'Where the link is mailed to.' }),
    role: t.field({ type: InvitedRole, required: true, description: 'What they will be.' }),
  }),
});

const RevokeInvitationInput = builder.inputType('RevokeInvitationInput', {
  description: 'The invitation to end.',
  fields: (t) => ({ invitationId: t.id({ required: true, description: 'Its id.' }) }),
});

const InvitationRef = builder.loadableNodeRef('Invitation', {
  id: { resolve: (invitation: InvitationView) => invitation.id },
  load: (ids: string[], context) => context.services.accounts.invitationsByIds(requireViewer(context), ids),
});
InvitationRef.implement({
  description:
    'That somebody may join the school. Seen by who made it and by admins; to anyone else INVITATION_NOT_FOUND. Gone once it is used.',
  fields: (t) => ({
    email: t.expose('email', {
      type: 'EmailAddress',
      nullable: true,
      description:
        'Where the link was mailed to; null when the key that it was sealed with is no longer known.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'What they will be.' }),
    inviter: t.field({ type: UserRef, description: 'Who invited.', resolve: ({ inviterId }) => inviterId }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were invited.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when the link can be used.' }),
  }),
});

const InvitationPayload = builder
  .objectRef<{ readonly invitation: InvitationView }>('InvitationPayload')
  .implement({
    description: 'That somebody is invited. Whether the address has an account is not told.',
    fields: (t) => ({
      invitation: t.field({
        type: InvitationRef,
        description: 'The invitation.',
        resolve: ({ invitation }) => invitation,
      }),
    }),
  });

const InvitationConnection = builder.connectionObject(
  { type: InvitationRef, name: 'InvitationConnection', description: 'A page of invitations.' },
  { name: 'InvitationEdge', description: 'An invitation in a page.' },
);

builder.queryField('invitations', (t) =>
  t.field({
    type: InvitationConnection,
    description:
      'The invitations that can still be used, the newest first: for admins all of the school, for others their own. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.accounts.invitations(requireViewer(context), page);
    },
  }),
);

builder.mutationFields((t) => ({
  createInvitation: t.field({
    type: InvitationPayload,
    description:
      "Has a one-time link of 7 days mailed with which somebody joins the viewer's school (`SignUpInput.invitationToken`); it proves their address. Whom a tutor invites is their student at once. UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED after 50 in a day.",
    args: { input: t.arg({ type: CreateInvitationInput, required: true, description: 'Who, and as what.' }) },
    resolve: async (_root, args, context) => {
      const { email: to, role: as } = parseArgs(createArgs, args).input;
      return { invitation: await context.services.accounts.createInvitation(requireViewer(context), to, as) };
    },
  }),

  revokeInvitation: t.field({
    type: OkPayload,
    description:
      "Ends an invitation: the viewer's own, and for admins any of the school. UNAUTHENTICATED, INVITATION_NOT_FOUND.",
    args: { input: t.arg({ type: RevokeInvitationInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(revokeArgs, args);
      await context.services.accounts.revokeInvitation(requireViewer(context), input.invitationId);
      return { ok: true };
    },
  }),
}));
