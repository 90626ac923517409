import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs, text } from '../../graphql/input.js';
import { type Report, reportReasons } from './report.js';
import { MessageReportReason, MessageReportRef } from './types.js';

const MessageReportPayload = builder
  .objectRef<{ readonly report: Report }>('MessageReportPayload')
  .implement({
    description: 'The report after the change.',
    fields: (t) => ({
      report: t.field({
        type: MessageReportRef,
        description: 'The report.',
        resolve: ({ report }) => report,
      }),
    }),
  });

const ReportMessageInput = builder.inputType('ReportMessageInput', {
  description: 'A message that the school should look at.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    reason: t.field({ type: MessageReportReason, required: true, description: 'Why.' }),
    comment: t.string({ description: 'What there is to say about it: at most 1,000 characters.' }),
  }),
});

const MessageReportResolution = builder.enumType('MessageReportResolution', {
  description: 'What an admin decides about a report.',
  values: {
    DISMISS: { value: 'DISMISSED', description: 'The message stays.' },
    REMOVE_MESSAGE: { value: 'MESSAGE_REMOVED', description: 'The message goes, whatever room it is in.' },
  } as const,
});

const ResolveMessageReportInput = builder.inputType('ResolveMessageReportInput', {
  description: 'What becomes of a report.',
  fields: (t) => ({
    reportId: t.id({ required: true, description: 'The report.' }),
    resolution: t.field({ type: MessageReportResolution, required: true, description: 'What is decided.' }),
    note: t.string({ description: 'Why, for other admins: at most 1,000 characters.' }),
  }),
});

const words = text(1, 1_000).nullish();
const reportArgs = z.object({
  input: z.object({ messageId: id('message'), reason: z.enum(reportReasons), comment: words }),
});
const resolveArgs = z.object({
  input: z.object({
    reportId: id('report'),
    resolution: z.enum(['DISMISSED', 'MESSAGE_REMOVED']),
    note: words,
  }),
});

builder.mutationFields((t) => ({
  reportMessage: t.field({
    type: MessageReportPayload,
    description:
      "Tells the school's admins of a message that somebody else has sent to a room which the viewer may read. Its text is kept with the report, whatever becomes of the message. Once for a person and a message: again, it gives the same report. 20 a day at most. UNAUTHENTICATED, VALIDATION_ERROR, MESSAGE_NOT_FOUND, MESSAGE_DELETED, FORBIDDEN (the viewer's own), RATE_LIMITED.",
    args: { input: t.arg({ type: ReportMessageInput, required: true, description: 'Which, and why.' }) },
    resolve: async (_root, args, context) => {
      const { comment = null, ...complaint } = parseArgs(reportArgs, args).input;
      const { moderation } = context.services;
      return { report: await moderation.report(requireViewer(context), { ...complaint, comment }) };
    },
  }),

  resolveMessageReport: t.field({
    type: MessageReportPayload,
    description:
      'An admin dismisses a report or removes its message; a removal resolves all open reports of the message. A second time changes nothing; one that was dismissed can still end in a removal. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR, REPORT_NOT_FOUND, REPORT_RESOLVED (the message was removed).',
    args: {
      input: t.arg({ type: ResolveMessageReportInput, required: true, description: 'Which, and what.' }),
    },
    resolve: async (_root, args, context) => {
      const { reportId, resolution, note = null } = parseArgs(resolveArgs, args).input;
      const { moderation } = context.services;
      const decided = { state: resolution, note };
      return { report: await moderation.resolve(requireViewer(context), reportId, decided) };
    },
  }),
}));
