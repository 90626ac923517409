import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, list, parseArgs } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import type { NotificationService } from './service.js';
import { NotificationConnection, NotificationsPayload, QueueStatsRef } from './types.js';
import './preferences/schema.js';
import './push/schema.js';
import './announcement-schema.js';
import './dead-letter-schema.js';
import './subscriptions.js';
import './webhooks/schema.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly notifications: NotificationService;
  }
}

const maxMarked = 100;

const markArgs = z.object({
  input: z.object({ ids: list(id('notification'), 0, maxMarked) }),
});

const MarkNotificationsReadInput = builder.inputType('MarkNotificationsReadInput', {
  description: 'The notifications to mark.',
  fields: (t) => ({ ids: t.idList({ required: true, description: 'Their ids, at most 100.' }) }),
});

builder.queryFields((t) => ({
  notifications: t.field({
    type: NotificationConnection,
    description: 'What the viewer was told, the newest first. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      unreadOnly: t.arg.boolean({ description: 'Only those that are unread.' }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      const unreadOnly = args.unreadOnly ?? false;
      return context.services.notifications.notifications(requireViewer(context), unreadOnly, page);
    },
  }),

  notificationQueueStats: t.field({
    type: QueueStatsRef,
    description:
      'How the school’s part of the notification queue is doing, for admins. UNAUTHENTICATED, FORBIDDEN.',
    resolve: (_root, _args, context) => context.services.notifications.queueStats(requireViewer(context)),
  }),
}));

builder.mutationFields((t) => ({
  markNotificationsRead: t.field({
    type: NotificationsPayload,
    description:
      'Marks notifications of the viewer read: all of them, or none when one is not the viewer’s. Those that are read already stay as they are. UNAUTHENTICATED, VALIDATION_ERROR, NOTIFICATION_NOT_FOUND.',
    args: {
      input: t.arg({ type: MarkNotificationsReadInput, required: true, description: 'Which ones.' }),
    },
    resolve: (_root, args, context) => {
      const { ids } = parseArgs(markArgs, args).input;
      return context.services.notifications.markRead(requireViewer(context), ids);
    },
  }),

  markAllNotificationsRead: t.field({
    type: NotificationsPayload,
    description: 'Marks whatever the viewer has not read. UNAUTHENTICATED.',
    resolve: (_root, _args, context) => context.services.notifications.markAllRead(requireViewer(context)),
  }),
}));
