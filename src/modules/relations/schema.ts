import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { id, parseArgs, text } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import type { RelationService } from './service.js';
import { RelationConnection, RelationPayload, RelationStatusEnum } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly relations: RelationService;
  }
}

const inviteArgs = z.object({
  input: z.object({
    studentEmail: z
      .string()
      .max(254)
      .transform((value) => value.toLowerCase()),
    note: text(0, 1_000).nullish(),
  }),
});
const actionArgs = z.object({ input: z.object({ relationId: id('relation') }) });
const listArgs = z.object({ status: z.enum(['INVITED', 'ACTIVE', 'DECLINED', 'ENDED']).nullish() });

const InviteStudentInput = builder.inputType('InviteStudentInput', {
  description: 'Whom a tutor invites.',
  fields: (t) => ({
    studentEmail: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address of a student of the school.',
    }),
    note: t.string({ description: 'A word to the student, at most 1,000 characters.' }),
  }),
});

const RelationActionInput = builder.inputType('RelationActionInput', {
  description: 'The relation to act on.',
  fields: (t) => ({ relationId: t.id({ required: true, description: 'Its id.' }) }),
});

builder.queryField('tutorStudentRelations', (t) =>
  t.field({
    type: RelationConnection,
    description:
      "The viewer's relations, the newest first; for admins all of the school's. UNAUTHENTICATED, VALIDATION_ERROR.",
    args: {
      status: t.arg({ type: RelationStatusEnum, description: 'Only those in this state.' }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { status } = parseArgs(listArgs, args);
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.relations.relations(requireViewer(context), status ?? null, page);
    },
  }),
);

type Action = 'accept' | 'decline' | 'end';

async function act(action: Action, args: unknown, context: Context) {
  const { input } = parseArgs(actionArgs, args);
  return { relation: await context.services.relations[action](requireViewer(context), input.relationId) };
}

builder.mutationFields((t) => ({
  inviteStudent: t.field({
    type: RelationPayload,
    description:
      'A tutor invites a student, who is notified. UNAUTHENTICATED, FORBIDDEN, STUDENT_NOT_FOUND, RELATION_ALREADY_EXISTS.',
    args: { input: t.arg({ type: InviteStudentInput, required: true, description: 'The student.' }) },
    resolve: async (_root, args, context) => {
      const { studentEmail, note } = parseArgs(inviteArgs, args).input;
      const viewer = requireViewer(context);
      return { relation: await context.services.relations.invite(viewer, studentEmail, note ?? null) };
    },
  }),

  acceptInvitation: t.field({
    type: RelationPayload,
    description:
      'The invited student agrees to be taught. UNAUTHENTICATED, RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION.',
    args: { input: t.arg({ type: RelationActionInput, required: true, description: 'The invitation.' }) },
    resolve: (_root, args, context) => act('accept', args, context),
  }),

  declineInvitation: t.field({
    type: RelationPayload,
    description:
      'The invited student refuses. UNAUTHENTICATED, RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION.',
    args: { input: t.arg({ type: RelationActionInput, required: true, description: 'The invitation.' }) },
    resolve: (_root, args, context) => act('decline', args, context),
  }),

  endTutorStudentRelation: t.field({
    type: RelationPayload,
    description:
      'Tutor or student ends an active relation; access to what they shared ends with it. UNAUTHENTICATED, RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION.',
    args: { input: t.arg({ type: RelationActionInput, required: true, description: 'The relation.' }) },
    resolve: (_root, args, context) => act('end', args, context),
  }),
}));
