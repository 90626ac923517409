import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { type AuditAction, auditActions } from '../../platform/audit/record.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import type { AuditEntry } from './audit-store.js';
import { UserRef } from './types.js';

const names = Object.keys(auditActions) as [AuditAction, ...AuditAction[]];
const filter = z.object({ action: z.enum(names).nullish() });

const AuditEntryRef = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'A security-relevant action in the school. Entries are never changed, and never removed.',
  fields: (t) => ({
    sequence: t.exposeInt('sequence', {
      description: "Its place in the school's log, from 1, without gaps.",
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    actor: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who did it; null for the system, for operators and for people who were not signed in.',
      resolve: ({ actorId }) => actorId,
    }),
    action: t.exposeString('action', { description: 'What happened, such as `password.changed`.' }),
    subject: t.exposeString('subject', {
      nullable: true,
      description: 'The id of what it was done to; it may be gone by now.',
    }),
    detail: t.string({
      description: 'Facts beside it, as JSON; no names and no addresses.',
      resolve: ({ detail }) => JSON.stringify(detail),
    }),
  }),
});

const AuditConnection = builder.connectionObject(
  { type: AuditEntryRef, name: 'AuditEntryConnection', description: 'A page of the audit log.' },
  { name: 'AuditEntryEdge', description: 'An entry in a page.' },
);

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditConnection,
    description:
      "The school's audit log, the newest first, for admins. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.",
    args: {
      action: t.arg.string({ description: 'Only this action, such as `sign-in.failed`.' }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { action } = parseArgs(filter, args);
      const page = parsePage(args, [keyPatterns.integer]);
      return context.services.accounts.auditLog(requireViewer(context), action ?? null, page);
    },
  }),
);
