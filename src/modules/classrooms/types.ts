import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { viewerDependent } from '../../graphql/sharing.js';
import { keyPatterns, type PageArgs, parsePage } from '../../shared/pagination.js';
import { UserRef } from '../accounts/schema.js';
import { UserConnection } from '../accounts/types.js';
import type { ClassroomRole, ClassroomView } from './classroom.js';
import type { MemberPage } from './service.js';

/** The roles of those who are in a classroom. */
export const ClassroomRoleEnum = builder.enumType('ClassroomRole', {
  description: 'What somebody is in a classroom.',
  values: {
    TUTOR: { description: 'Made it, and leads it.' },
    CO_TUTOR: { description: 'Leads it beside its tutor.' },
    MEMBER: { description: 'Takes part.' },
  } as const,
});

const memberPage = (
  classroom: ClassroomView,
  roles: readonly ClassroomRole[],
  args: PageArgs,
): MemberPage => ({ classroom, roles, page: parsePage(args, [keyPatterns.instant, keyPatterns.uuid]) });

/** A classroom. A field of this type may resolve to an id alone: all ids of an operation are read in one statement. */
export const ClassroomRef = builder.loadableNodeRef('Classroom', {
  id: { resolve: (classroom: ClassroomView) => classroom.id },
  load: (ids: string[], context) => context.services.classrooms.classroomsByIds(requireViewer(context), ids),
});
ClassroomRef.implement({
  description:
    'A room for many, led by a tutor. Seen by those who are in it now and by admins of the school; to anyone else CLASSROOM_NOT_FOUND.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, on one line.' }),
    tutor: t.field({ type: UserRef, description: 'Who leads it.', resolve: ({ tutorId }) => tutorId }),
    memberCount: t.exposeInt('memberCount', {
      description: 'How many are in it beside its tutor; 500 at most.',
    }),
    members: t.loadable({
      type: UserConnection,
      byPath: true,
      description:
        'Those who are in it beside its tutor, co-tutors too; who has been there longest first. VALIDATION_ERROR.',
      args: {
        first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
        after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
      },
      resolve: (classroom, args): MemberPage => memberPage(classroom, ['MEMBER', 'CO_TUTOR'], args),
      load: (pages: MemberPage[], context) => context.services.classrooms.memberPages(pages),
    }),
    coTutors: t.loadable({
      type: UserConnection,
      byPath: true,
      description: 'Those who lead it beside its tutor. VALIDATION_ERROR.',
      args: {
        first: t.arg.int({ description: 'How many: 20 unless told, at most 100.' }),
        after: t.arg.string({ description: 'The cursor of the edge after which to go on.' }),
      },
      resolve: (classroom, args): MemberPage => memberPage(classroom, ['CO_TUTOR'], args),
      load: (pages: MemberPage[], context) => context.services.classrooms.memberPages(pages),
    }),
    viewerRole: t.expose('viewerRole', {
      extensions: viewerDependent,
      type: ClassroomRoleEnum,
      nullable: true,
      description: 'What the viewer is in it; null for an admin who is not in it.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it can only be read; null while it is in use.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

/** A page of classrooms. */
export const ClassroomConnection = builder.connectionObject(
  { type: ClassroomRef, name: 'ClassroomConnection', description: 'A page of classrooms, the newest first.' },
  { name: 'ClassroomEdge', description: 'A classroom in a page.' },
);

/** What a change of a classroom gives. */
export const ClassroomPayload = builder
  .objectRef<{ readonly classroom: ClassroomView }>('ClassroomPayload')
  .implement({
    description: 'The classroom after the change.',
    fields: (t) => ({
      classroom: t.field({
        type: ClassroomRef,
        description: 'The classroom.',
        resolve: ({ classroom }) => classroom,
      }),
    }),
  });
