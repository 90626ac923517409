import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';
import type { ClassroomView } from './classroom.js';

/** Whether the viewer may make classrooms. */
export function canCreateClassroom(viewer: Viewer): boolean {
  return may(viewer, 'classroom:create');
}

/** Whether the viewer's list of classrooms is the whole school's. */
export function canListSchoolClassrooms(viewer: Viewer): boolean {
  return may(viewer, 'classroom:administer');
}

/** Whether a classroom exists for the viewer: who is in it now, and admins of the school. */
export function canSeeClassroom(viewer: Viewer, classroom: ClassroomView): boolean {
  return (
    viewer.organizationId === classroom.organizationId &&
    (classroom.viewerRole !== null || may(viewer, 'classroom:administer'))
  );
}
