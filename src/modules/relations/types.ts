import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { UserRef } from '../accounts/schema.js';
import type { Relation } from './store.js';

/** The states of a relation. */
export const RelationStatusEnum = builder.enumType('RelationStatus', {
  description: 'Where a relation of a tutor and a student stands.',
  values: {
    INVITED: { description: 'The tutor has asked; the student has not answered.' },
    ACTIVE: { description: 'The tutor teaches the student. A pair has at most one such relation.' },
    DECLINED: { description: 'The student refused.' },
    ENDED: { description: 'One of the two ended it.' },
  },
});

/** A relation of a tutor and a student. A field of this type may resolve to an id alone. */
export const RelationRef = builder.loadableNodeRef('TutorStudentRelation', {
  id: { resolve: (relation: Relation) => relation.id },
  load: (ids: string[], context) => context.services.relations.relationsByIds(requireViewer(context), ids),
});
RelationRef.implement({
  description:
    'That a tutor teaches a student, or was asked to. Seen by the two and by admins; to anyone else RELATION_NOT_FOUND.',
  fields: (t) => ({
    tutor: t.field({ type: UserRef, description: 'Who teaches.', resolve: ({ tutorId }) => tutorId }),
    student: t.field({ type: UserRef, description: 'Who is taught.', resolve: ({ studentId }) => studentId }),
    status: t.expose('status', { type: RelationStatusEnum, description: 'Where it stands.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the student was invited.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended; null while it is in any other state than ENDED.',
    }),
  }),
});

/** A page of relations. */
export const RelationConnection = builder.connectionObject(
  { type: RelationRef, name: 'TutorStudentRelationConnection', description: 'A page of relations.' },
  { name: 'TutorStudentRelationEdge', description: 'A relation in a page.' },
);

/** What a change of a relation gives. */
export const RelationPayload = builder
  .objectRef<{ readonly relation: Relation }>('RelationPayload')
  .implement({
    description: 'The relation after the change.',
    fields: (t) => ({
      relation: t.field({
        type: RelationRef,
        description: 'The relation.',
        resolve: ({ relation }) => relation,
      }),
    }),
  });
