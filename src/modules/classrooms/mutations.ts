import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { line, parseArgs } from '../../graphql/input.js';
import { ClassroomPayload } from './types.js';

const name = line(1, 200);
const createArgs = z.object({ input: z.object({ name }) });

const CreateClassroomInput = builder.inputType('CreateClassroomInput', {
  description: 'A classroom to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name: 1 to 200 characters on one line.' }),
  }),
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
}));
