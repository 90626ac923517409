import type { Database } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Connection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import type { ClassroomView } from './classroom.js';
import { canCreateClassroom, canListSchoolClassrooms, canSeeClassroom } from './policy.js';
import { findClassrooms, insertClassroom, listClassrooms } from './store.js';

export interface ClassroomServiceOptions {
  readonly database: Database;
}

/** Creates the service. */
export function createClassroomService({ database }: ClassroomServiceOptions) {
  async function visible(viewer: Viewer, ids: readonly string[]): Promise<Map<string, ClassroomView>> {
    const rows = await findClassrooms(database, viewer.organizationId, viewer.userId, ids);
    return new Map(rows.filter((row) => canSeeClassroom(viewer, row)).map((row) => [row.id, row]));
  }

  async function find(viewer: Viewer, id: string): Promise<ClassroomView> {
    const classroom = (await visible(viewer, [id])).get(id);
    if (!classroom) throw new AppError('CLASSROOM_NOT_FOUND');
    return classroom;
  }

  return {
    /** Classrooms in the order of `ids`, in one statement; CLASSROOM_NOT_FOUND in the place of one that the viewer may not see. */
    async classroomsByIds(viewer: Viewer, ids: readonly string[]): Promise<(ClassroomView | AppError)[]> {
      const rows = await visible(viewer, ids);
      return ids.map((id) => rows.get(id) ?? new AppError('CLASSROOM_NOT_FOUND'));
    },

    /** The newest first: those that the viewer is in, and for admins the school's. */
    async classrooms(viewer: Viewer, archivedToo: boolean, page: Page): Promise<Connection<ClassroomView>> {
      const filter = { mine: !canListSchoolClassrooms(viewer), archivedToo };
      const rows = await listClassrooms(database, viewer.organizationId, viewer.userId, filter, page);
      return toConnection(rows, page, (row) => [row.createdAt.toISOString(), row.id]);
    },

    /** Makes a classroom of the viewer's. Fails with FORBIDDEN to all but tutors. */
    async create(viewer: Viewer, name: string): Promise<ClassroomView> {
      if (!canCreateClassroom(viewer)) throw new AppError('FORBIDDEN');
      const id = newId();
      const { organizationId, userId: tutorId } = viewer;
      await insertClassroom(database, { id, organizationId, tutorId, name });
      return find(viewer, id);
    },
  };
}

/** Classrooms, as `createClassroomService` makes them. */
export type ClassroomService = ReturnType<typeof createClassroomService>;
