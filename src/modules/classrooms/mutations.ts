import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, line, parseArgs } from '../../graphql/input.js';
import { ClassroomPayload } from './types.js';

const name = line(1, 200);
const createArgs = z.object({ input: z.object({ name }) });
const renameArgs = z.object({ input: z.object({ classroomId: id('classroom'), name }) });
const actionArgs = z.object({ input: z.object({ classroomId: id('classroom') }) });

const CreateClassroomInput = builder.inputType('CreateClassroomInput', {
  description: 'A classroom to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name: 1 to 200 characters on one line.' }),
  }),
});

const RenameClassroomInput = builder.inputType('RenameClassroomInput', {
  description: 'Another name for a classroom.',
  fields: (t) => ({
    classroomId: t.id({ required: true, description: 'The classroom.' }),
    name: t.string({ required: true, description: 'Its name: 1 to 200 characters on one line.' }),
  }),
});

/** The input of a mutation that needs the classroom alone. */
export const ClassroomActionInput = builder.inputType('ClassroomActionInput', {
  description: 'The classroom to act on.',
  fields: (t) => ({ classroomId: t.id({ required: true, description: 'Its id.' }) }),
});

builder.mutationFields((t) => ({
  createClassroom: t.field({
    type: ClassroomPayload,
    description: 'A tutor makes a classroom and leads it. UNAUTHENTICATED, VALIDATION_ERROR, FORBIDDEN.',
    args: { input: t.arg({ type: CreateClassroomInput, required: true, description: 'The classroom.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(createArgs, args);
      return { classroom: await context.services.classrooms.create(requireViewer(context), input.name) };
    },
  }),

  renameClassroom: t.field({
    type: ClassroomPayload,
    description:
      'Its tutor or an admin gives a classroom another name. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, CLASSROOM_ARCHIVED, FORBIDDEN.',
    args: { input: t.arg({ type: RenameClassroomInput, required: true, description: 'Which, and how.' }) },
    resolve: async (_root, args, context) => {
      const { classroomId, name: newName } = parseArgs(renameArgs, args).input;
      const viewer = requireViewer(context);
      return { classroom: await context.services.classrooms.rename(viewer, classroomId, newName) };
    },
  }),

  archiveClassroom: t.field({
    type: ClassroomPayload,
    description:
      'Its tutor or an admin ends a classroom: it can be read by those who are in it, and nothing is added any more. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, FORBIDDEN.',
    args: { input: t.arg({ type: ClassroomActionInput, required: true, description: 'The classroom.' }) },
    resolve: async (_root, args, context) => {
      const { classroomId } = parseArgs(actionArgs, args).input;
      const viewer = requireViewer(context);
      return { classroom: await context.services.classrooms.archive(viewer, classroomId) };
    },
  }),
}));
