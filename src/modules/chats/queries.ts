import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { AppError } from '../../shared/errors.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { LessonRef } from '../lessons/types.js';
import { RoomConnection, RoomRef } from './types.js';

builder.queryField('rooms', (t) =>
  t.field({
    type: RoomConnection,
    description:
      'The rooms that the viewer may use, latest activity first: the last message, or without one the making of the lesson. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.chats.rooms(requireViewer(context), page);
    },
  }),
);

builder.objectField(LessonRef, 'chat', (t) =>
  t.field({
    type: RoomRef,
    nullable: true,
    description:
      'Its chat; null with CHAT_NOT_ACCESSIBLE to who may see the lesson but not its chat: admins, and either party once their relation has ended.',
    resolve: async (lesson, _args, context) => {
      try {
        return await RoomRef.getDataloader(context).load(lesson.id);
      } catch (error) {
        // Whoever has the lesson knows that the room exists.
        if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND')
          throw new AppError('CHAT_NOT_ACCESSIBLE');
        throw error;
      }
    },
  }),
);
