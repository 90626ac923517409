import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import {
  ChannelEventRef,
  ChannelJoinedRef,
  ChannelResetRef,
  protocolTypeOf,
} from '../../graphql/channel-events.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { encodeId } from '../../shared/ids.js';
import { UserRef } from '../accounts/schema.js';
import type { BoardChange } from './events.js';
import type { BoardItem } from './stream.js';
import { BoardElementRef, BoardOperationKindEnum } from './types.js';

type BoardEventItem = Extract<BoardItem, { type: 'event' }>;
type ChangedItem = BoardEventItem & { readonly change: BoardChange };

const boardIdDescription = 'The board.';

const BoardChanged = builder.objectRef<ChangedItem>('BoardChanged').implement({
  description:
    'One operation on a board. What it gives is absolute: whoever ignores what is older than what they have, by `revision`, ends with the same board as everyone.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    boardId: t.id({
      description: boardIdDescription,
      resolve: ({ boardId }) => encodeId('board', boardId),
    }),
    revision: t.int({
      description: 'The place of the operation among all of the board: rising, not dense.',
      resolve: ({ event }) => event.seq,
    }),
    kind: t.field({
      type: BoardOperationKindEnum,
      description: 'What was done.',
      resolve: ({ change }) => change.operation,
    }),
    opId: t.string({
      description: 'The id that its author gave the operation.',
      resolve: ({ change }) => change.opId,
    }),
    undoes: t.string({
      nullable: true,
      description:
        'The opId of the operation of the same author that this one undoes; null when it undoes none.',
      resolve: ({ change }) => change.undoes ?? null,
    }),
    by: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who did it.',
      resolve: ({ event }) => event.actorId,
    }),
    elementId: t.id({
      nullable: true,
      description: 'The element; null for CLEAR.',
      resolve: ({ change }) => change.elementId,
    }),
    element: t.field({
      type: BoardElementRef,
      nullable: true,
      description:
        'For PUT the element as it is now, which in a replay may be after later operations: compare its `revision`. Null when it has been removed since, as a later event says.',
      resolve: ({ element }) => element,
    }),
  }),
});

const BoardFrozen = builder.objectRef<BoardEventItem>('BoardFrozen').implement({
  description: 'The lesson has ended or the classroom is archived: nothing can be drawn any more.',
  interfaces: [ChannelEventRef],
  fields: (t) => ({
    boardId: t.id({
      description: boardIdDescription,
      resolve: ({ boardId }) => encodeId('board', boardId),
    }),
  }),
});

const BoardEvent = builder.unionType('BoardEvent', {
  description: 'What happens on a board.',
  types: [BoardChanged, BoardFrozen, ChannelJoinedRef, ChannelResetRef],
  resolveType: (value) => {
    const item = value as BoardItem;
    if (item.type !== 'event') return protocolTypeOf(item);
    return item.change ? 'BoardChanged' : 'BoardFrozen';
  },
});

const boardEventsArgs = z.object({ boardId: id('board') });

builder.subscriptionField('boardEvents', (t) =>
  t.field({
    type: BoardEvent,
    nullable: true,
    description:
      'What is drawn on a board: with `after` first what came since, then ChannelJoined, then what comes. It ends with SUBSCRIPTION_REVOKED when the viewer may no longer use the room. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND.',
    args: {
      boardId: t.arg.id({ required: true, description: 'The board to follow.' }),
      after: t.arg({
        type: 'Cursor',
        description:
          'Where to go on: the cursor of the last event, or eventCursor of the board. Now, unless told.',
      }),
    },
    subscribe: (_root, args, context) => {
      const { boardId } = parseArgs(boardEventsArgs, args);
      return context.services.boards.follow(requireViewer(context), boardId, args.after ?? null);
    },
    resolve: (item) => item as never,
  }),
);
