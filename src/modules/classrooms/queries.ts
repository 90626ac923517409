import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { keyPatterns, parsePage } from '../../shared/pagination.js';
import { ClassroomConnection, ClassroomRef } from './types.js';

const classroomArgs = z.object({ id: id('classroom') });

builder.queryFields((t) => ({
  classroom: t.field({
    type: ClassroomRef,
    nullable: true,
    description:
      'One classroom; null with CLASSROOM_NOT_FOUND when there is none that the viewer may see. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, args, context) => {
      requireViewer(context);
      return parseArgs(classroomArgs, args).id;
    },
  }),

  classrooms: t.field({
    type: ClassroomConnection,
    description:
      'The classrooms that the viewer is in, the newest first; for admins all of the school’s. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      archivedToo: t.arg.boolean({
        description: 'Whether those that are archived are in the list; false unless told.',
      }),
      first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
      after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
    },
    resolve: (_root, args, context) => {
      const page = parsePage(args, [keyPatterns.instant, keyPatterns.uuid]);
      return context.services.classrooms.classrooms(requireViewer(context), args.archivedToo ?? false, page);
    },
  }),
}));
