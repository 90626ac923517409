import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { line, parseArgs } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { RoleEnum, SessionRef, UserConnection, UserRef } from './types.js';

const search = z.object({
  role: z.enum(['OWNER', 'ADMIN', 'TUTOR', 'STUDENT']).nullish(),
  text: line(1, 100).nullish(),
});

/** A name as a sort value: anything that a name may hold. */
const namePattern = /^\P{Cc}{1,200}$/u;

builder.queryFields((t) => ({
  viewer: t.field({
    type: UserRef,
    nullable: true,
    description: 'Who is signed in; null when nobody is.',
    resolve: (_root, _args, context) => context.viewer?.userId ?? null,
  }),

  sessions: t.field({
    type: [SessionRef],
    description:
      'The devices on which the viewer is signed in, the last used first, at most 100. UNAUTHENTICATED.',
    resolve: (_root, _args, context) => context.services.accounts.sessions(requireViewer(context)),
  }),

  users: t.field({
    type: UserConnection,
    description:
      'People by name: for admins all of the school, for others those with whom an invitation is open or a relation active. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      role: t.arg({ type: RoleEnum, description: 'Only people of this role.' }),
      text: t.arg.string({
        description:
          'Only people with this text, of 1 to 100 characters, in their name; for admins also in the address.',
      }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { role, text } = parseArgs(search, args);
      const page = parsePage(args, [namePattern, keyPatterns.uuid]);
      const filter = { role: role ?? null, text: text ?? null };
      return context.services.accounts.users(requireViewer(context), filter, page);
    },
  }),
}));
