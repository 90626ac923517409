import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { AppError } from '../../shared/errors.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { ClassroomRef } from '../classrooms/types.js';
import { LessonRef } from '../lessons/types.js';
import { RelationRef } from '../relations/types.js';
import type { Room } from './rooms.js';
import { RoomConnection, RoomRef } from './types.js';

builder.queryField('rooms', (t) =>
  t.field({
    type: RoomConnection,
    description:
      'The rooms that the viewer may use: by their last messages, the latest first, then those without a message, of which the lesson, the classroom or the relation that was made last comes first. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const { instant, uuid } = keyPatterns;
      const page = parsePage(args, [instant, instant, uuid]);
      return context.services.chats.rooms(requireViewer(context), page);
    },
  }),
);

/** The chat of what the viewer sees already, and who may see that knows that the room exists. */
async function chatOf({ id }: { readonly id: string }, _args: unknown, context: Context): Promise<Room> {
  try {
    return await RoomRef.getDataloader(context).load(id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'ROOM_NOT_FOUND')
      throw new AppError('CHAT_NOT_ACCESSIBLE');
    throw error;
  }
}

builder.objectField(LessonRef, 'chat', (t) =>
  t.field({
    type: RoomRef,
    nullable: true,
    description:
      'Its chat; null with CHAT_NOT_ACCESSIBLE to who may see the lesson but not its chat: admins, and either party once their relation has ended.',
    resolve: chatOf,
  }),
);

builder.objectField(ClassroomRef, 'chat', (t) =>
  t.field({
    type: RoomRef,
    nullable: true,
    description: 'Its chat; null with CHAT_NOT_ACCESSIBLE to admins who are not in the classroom.',
    resolve: chatOf,
  }),
);

builder.objectField(RelationRef, 'chat', (t) =>
  t.field({
    type: RoomRef,
    nullable: true,
    description:
      'The chat of the two, outside of lessons; null with CHAT_NOT_ACCESSIBLE to admins, and to the two while the relation is not ACTIVE.',
    resolve: chatOf,
  }),
);
