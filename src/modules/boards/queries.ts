import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { AppError } from '../../shared/errors.js';
import { ClassroomRef } from '../classrooms/types.js';
import { LessonRef } from '../lessons/types.js';
import type { Board } from './board.js';
import { BoardRef } from './types.js';

const boardArgs = z.object({ id: id('board') });

builder.queryField('board', (t) =>
  t.field({
    type: BoardRef,
    nullable: true,
    description: 'One board. UNAUTHENTICATED, VALIDATION_ERROR, BOARD_NOT_FOUND.',
    args: { id: t.arg.id({ required: true, description: 'The board.' }) },
    resolve: (_root, args, context) => {
      requireViewer(context);
      return parseArgs(boardArgs, args).id;
    },
  }),
);

/** The board of what the viewer sees already, and who may see that knows that the board exists. */
async function boardOf({ id }: { readonly id: string }, _args: unknown, context: Context): Promise<Board> {
  try {
    return await BoardRef.getDataloader(context).load(id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'BOARD_NOT_FOUND')
      throw new AppError('BOARD_NOT_ACCESSIBLE');
    throw error;
  }
}

builder.objectField(LessonRef, 'board', (t) =>
  t.field({
    type: BoardRef,
    nullable: true,
    description:
      'Its board; null with BOARD_NOT_ACCESSIBLE to who may see the lesson but not its board: admins, and either party once their relation has ended.',
    resolve: boardOf,
  }),
);

builder.objectField(ClassroomRef, 'board', (t) =>
  t.field({
    type: BoardRef,
    nullable: true,
    description: 'Its board; null with BOARD_NOT_ACCESSIBLE to admins who are not in the classroom.',
    resolve: boardOf,
  }),
);
