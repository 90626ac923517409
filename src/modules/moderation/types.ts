import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs } from '../../graphql/input.js';
import { viewerDependent } from '../../graphql/sharing.js';
import { encodeId } from '../../shared/ids.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { UserRef } from '../accounts/types.js';
import { type Report, type reportReasons, reportStates } from './report.js';

/** Why somebody reports a message. */
export const MessageReportReason = builder.enumType('MessageReportReason', {
  description: 'Why somebody reports a message.',
  values: {
    HARASSMENT: { description: 'Insults, threats or pressure.' },
    INAPPROPRIATE: { description: 'What does not belong in a school.' },
    PERSONAL_DATA: { description: 'Somebody’s private data.' },
    SPAM: { description: 'Advertising, or the same again and again.' },
    OTHER: { description: 'Something else.' },
  } satisfies Record<(typeof reportReasons)[number], { description: string }>,
});

const MessageReportState = builder.enumType('MessageReportState', {
  description: 'What has become of a report.',
  values: {
    OPEN: { description: 'Nobody has decided yet.' },
    DISMISSED: { description: 'The message stays.' },
    MESSAGE_REMOVED: { description: 'The message was removed.' },
  } satisfies Record<(typeof reportStates)[number], { description: string }>,
});

/** A report. A field of this type may resolve to an id alone. */
export const MessageReportRef = builder.loadableNodeRef('MessageReport', {
  id: { resolve: (report: Report) => report.id },
  load: (ids: string[], context) => context.services.moderation.byIds(requireViewer(context), ids),
});
MessageReportRef.implement({
  description:
    'That somebody has reported a message to the school. Seen by who made it and by admins; to anyone else, the author of the message too, REPORT_NOT_FOUND. Kept for 90 days after it was resolved, and for a year at most while it is open.',
  fields: (t) => ({
    messageId: t.id({
      description: 'The message, which may be gone by now.',
      resolve: ({ messageId }) => encodeId('message', messageId),
    }),
    roomId: t.id({
      description: 'The id of the lesson, classroom or relation whose room it was in.',
      resolve: ({ roomKind, roomId }) => encodeId(roomKind, roomId),
    }),
    author: t.field({ type: UserRef, description: 'Who wrote it.', resolve: ({ authorId }) => authorId }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'What it said when it was reported; null once the account of its author was erased.',
    }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When it was sent.' }),
    reporter: t.field({
      type: UserRef,
      description: 'Who has reported it.',
      resolve: ({ reporterId }) => reporterId,
    }),
    reason: t.expose('reason', { type: MessageReportReason, description: 'Why.' }),
    comment: t.exposeString('comment', {
      nullable: true,
      description: 'What they say about it; null when nothing, and once their account was erased.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was reported.' }),
    state: t.expose('state', { type: MessageReportState, description: 'What has become of it.' }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was resolved; null while it is open.',
    }),
    resolvedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who has resolved it; null while it is open, and to all but admins.',
      extensions: viewerDependent,
      resolve: ({ resolvedById }) => resolvedById,
    }),
    note: t.exposeString('note', {
      nullable: true,
      extensions: viewerDependent,
      description: 'What they say about it; null when nothing, and to all but admins.',
    }),
  }),
});

const MessageReportConnection = builder.connectionObject(
  { type: MessageReportRef, name: 'MessageReportConnection', description: 'A page of reports.' },
  { name: 'MessageReportEdge', description: 'A report in a page.' },
);

const listArgs = z.object({ state: z.enum(reportStates).nullish() });

builder.queryField('messageReports', (t) =>
  t.field({
    type: MessageReportConnection,
    description:
      'What people have reported to the school, the newest first, for admins. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      state: t.arg({ type: MessageReportState, description: 'Only those of this state.' }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { state } = parseArgs(listArgs, args);
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.moderation.reports(requireViewer(context), state ?? null, page);
    },
  }),
);
