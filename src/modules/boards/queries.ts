import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { AppError } from '../../shared/errors.js';
import { LessonRef } from '../lessons/types.js';
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

builder.objectField(LessonRef, 'board', (t) =>
  t.field({
    type: BoardRef,
    nullable: true,
    description:
      'Its board; null with BOARD_NOT_ACCESSIBLE to who may see the lesson but not its board: admins, and either party once their relation has ended.',
    resolve: async (lesson, _args, context) => {
      try {
        return await BoardRef.getDataloader(context).load(lesson.id);
      } catch (error) {
        // Whoever has the lesson knows that the board exists.
        if (error instanceof AppError && error.code === 'BOARD_NOT_FOUND')
          throw new AppError('BOARD_NOT_ACCESSIBLE');
        throw error;
      }
    },
  }),
);
