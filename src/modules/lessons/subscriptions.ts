import { z } from 'zod';
import type { StreamItem } from '../../channels/events.js';
import { builder } from '../../graphql/builder.js';
import {
  ChannelEventRef,
  ChannelJoinedRef,
  ChannelResetRef,
  protocolTypeOf,
} from '../../graphql/channel-events.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { lessonChangedPayload } from './events.js';
import { LessonRef } from './types.js';

const LessonChangeEnum = builder.enumType('LessonChange', {
  description: 'What happened to a lesson.',
  values: {
    SCHEDULED: { description: 'It was booked.' },
    REQUESTED: { description: 'A student asked for it.' },
    ACCEPTED: { description: 'The tutor accepted the request.' },
    DECLINED: { description: 'The tutor declined the request.' },
    MOVED: { description: 'It has other times.' },
    EDITED: { description: 'Its title or notes changed.' },
    STARTED: { description: 'It began.' },
    COMPLETED: { description: 'It was held.' },
    CANCELLED: { description: 'It was called off.' },
    NO_SHOW: { description: 'Somebody did not come.' },
    EXPIRED: { description: 'The request was not answered in time.' },
    CORRECTED: { description: 'An admin corrected its outcome.' },
  } as const,
});

const LessonChangedRef = builder
  .objectRef<Extract<StreamItem, { type: 'event' }>>('LessonChanged')
  .implement({
    description: 'A lesson was booked or changed.',
    interfaces: [ChannelEventRef],
    fields: (t) => ({
      change: t.field({
        type: LessonChangeEnum,
        description: 'What happened.',
        resolve: ({ event }) => lessonChangedPayload(event).change,
      }),
      lesson: t.field({
        type: LessonRef,
        description:
          'The lesson as it stands now, which in a replay may be later than the event: compare `version`.',
        resolve: ({ event }) => lessonChangedPayload(event).lessonId,
      }),
    }),
  });

const LessonEvent = builder.unionType('LessonEvent', {
  description: 'What `lessonEvents` sends.',
  types: [LessonChangedRef, ChannelJoinedRef, ChannelResetRef],
  resolveType: (item) => protocolTypeOf(item) ?? 'LessonChanged',
});

const eventsArgs = z.object({ lessonId: id('lesson').nullish() });

builder.subscriptionField('lessonEvents', (t) =>
  t.field({
    type: LessonEvent,
    nullable: true,
    description:
      "The changes of one lesson, or of all the viewer's lessons, new ones included. UNAUTHENTICATED, LESSON_NOT_FOUND, VALIDATION_ERROR.",
    args: {
      lessonId: t.arg.id({ description: 'The lesson; all of the viewer’s when absent.' }),
      after: t.arg({
        type: 'Cursor',
        description:
          'Where to go on: an `eventCursor` or the cursor of the last event. From now on when absent.',
      }),
    },
    subscribe: (_root, args, context) => {
      const { lessonId } = parseArgs(eventsArgs, args);
      return context.services.lessons.follow(requireViewer(context), lessonId ?? null, args.after ?? null);
    },
    resolve: (item) => item,
  }),
);
