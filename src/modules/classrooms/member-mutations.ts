import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { OkPayload } from '../accounts/schema.js';
import { ClassroomActionInput } from './mutations.js';
import { ClassroomPayload, ClassroomRoleEnum } from './types.js';

const actionArgs = z.object({ input: z.object({ classroomId: id('classroom') }) });
const memberArgs = z.object({ input: z.object({ classroomId: id('classroom'), userId: id('user') }) });
const roleArgs = z.object({
  input: z.object({
    classroomId: id('classroom'),
    userId: id('user'),
    role: z.enum(['CO_TUTOR', 'MEMBER']),
  }),
});

const ClassroomMemberInput = builder.inputType('ClassroomMemberInput', {
  description: 'Somebody of a classroom.',
  fields: (t) => ({
    classroomId: t.id({ required: true, description: 'The classroom.' }),
    userId: t.id({ required: true, description: 'Who.' }),
  }),
});

const SetClassroomMemberRoleInput = builder.inputType('SetClassroomMemberRoleInput', {
  description: 'What somebody is to be in a classroom.',
  fields: (t) => ({
    classroomId: t.id({ required: true, description: 'The classroom.' }),
    userId: t.id({ required: true, description: 'Who is in it now.' }),
    role: t.field({
      type: ClassroomRoleEnum,
      required: true,
      description: 'CO_TUTOR, for a tutor of the school, or MEMBER.',
    }),
  }),
});

builder.mutationFields((t) => ({
  addClassroomMember: t.field({
    type: ClassroomPayload,
    description:
      'Whoever leads a classroom adds somebody, who is told: a tutor of the school, or a student with an active relation to one who leads it; admins any student. Nothing happens when they are in it. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, CLASSROOM_FULL, CLASSROOM_ARCHIVED, USER_NOT_FOUND, FORBIDDEN.',
    args: { input: t.arg({ type: ClassroomMemberInput, required: true, description: 'Whom.' }) },
    resolve: async (_root, args, context) => {
      const { classroomId, userId } = parseArgs(memberArgs, args).input;
      const viewer = requireViewer(context);
      return { classroom: await context.services.classrooms.add(viewer, classroomId, userId) };
    },
  }),

  removeClassroomMember: t.field({
    type: ClassroomPayload,
    description:
      'Whoever leads a classroom removes a member, its tutor or an admin a co-tutor too. They lose access at once, on open subscriptions too, and are told. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, USER_NOT_FOUND (who never was in it), FORBIDDEN.',
    args: { input: t.arg({ type: ClassroomMemberInput, required: true, description: 'Whom.' }) },
    resolve: async (_root, args, context) => {
      const { classroomId, userId } = parseArgs(memberArgs, args).input;
      const viewer = requireViewer(context);
      return { classroom: await context.services.classrooms.remove(viewer, classroomId, userId) };
    },
  }),

  setClassroomMemberRole: t.field({
    type: ClassroomPayload,
    description:
      'The tutor of a classroom or an admin makes a member a co-tutor, or a co-tutor a member. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, CLASSROOM_ARCHIVED, USER_NOT_FOUND, FORBIDDEN.',
    args: {
      input: t.arg({ type: SetClassroomMemberRoleInput, required: true, description: 'Who, and what.' }),
    },
    resolve: async (_root, args, context) => {
      const { classroomId, userId, role } = parseArgs(roleArgs, args).input;
      const viewer = requireViewer(context);
      return { classroom: await context.services.classrooms.setRole(viewer, classroomId, userId, role) };
    },
  }),

  leaveClassroom: t.field({
    type: OkPayload,
    description:
      'The viewer leaves a classroom; its tutor cannot. UNAUTHENTICATED, VALIDATION_ERROR, CLASSROOM_NOT_FOUND, FORBIDDEN.',
    args: { input: t.arg({ type: ClassroomActionInput, required: true, description: 'The classroom.' }) },
    resolve: async (_root, args, context) => {
      const { classroomId } = parseArgs(actionArgs, args).input;
      await context.services.classrooms.leave(requireViewer(context), classroomId);
      return { ok: true };
    },
  }),
}));
