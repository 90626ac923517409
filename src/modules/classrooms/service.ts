import { AppError } from '../../shared/errors.js';
import { groupBy } from '../../shared/group-by.js';
import { newId } from '../../shared/ids.js';
import { type Connection, mapConnection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import type { ClassroomRole, ClassroomView } from './classroom.js';
import { type MemberRow, readMembers } from './member-store.js';
import { createMembership, type MembershipOptions } from './membership.js';
import { canAdministerClassrooms, canCreateClassroom, canSeeClassroom } from './policy.js';
import { findClassrooms, insertClassroom, listClassrooms } from './store.js';

/** A page of those who are in a classroom that the viewer may see. */
export interface MemberPage {
  readonly classroom: ClassroomView;
  readonly roles: readonly ClassroomRole[];
  readonly page: Page;
}

/**
 * Creates the service. To whom a classroom does not exist, every method fails with CLASSROOM_NOT_FOUND; to who is in it
 * but may not do this, with FORBIDDEN.
 */
export function createClassroomService(options: MembershipOptions) {
  const { database } = options;
  const membership = createMembership(options);

  async function visible(viewer: Viewer, ids: readonly string[]): Promise<Map<string, ClassroomView>> {
    const rows = await findClassrooms(database, viewer.organizationId, viewer.userId, ids);
    return new Map(rows.filter((row) => canSeeClassroom(viewer, row)).map((row) => [row.id, row]));
  }

  async function find(viewer: Viewer, id: string): Promise<ClassroomView> {
    const classroom = (await visible(viewer, [id])).get(id);
    if (!classroom) throw new AppError('CLASSROOM_NOT_FOUND');
    return classroom;
  }

  /** The classroom after a change. */
  async function after(viewer: Viewer, id: string, change: Promise<void>): Promise<ClassroomView> {
    await change;
    return find(viewer, id);
  }

  async function membersOf(group: readonly MemberPage[]): Promise<Map<string, MemberRow[]>> {
    const [{ classroom, roles, page }] = group as [MemberPage, ...MemberPage[]];
    const ids = [...new Set(group.map((one) => one.classroom.id))];
    return readMembers(database, classroom.organizationId, ids, roles, page);
  }

  return {
    /** Classrooms in the order of `ids`, in one statement; CLASSROOM_NOT_FOUND in the place of one that the viewer may not see. */
    async classroomsByIds(viewer: Viewer, ids: readonly string[]): Promise<(ClassroomView | AppError)[]> {
      const rows = await visible(viewer, ids);
      return ids.map((id) => rows.get(id) ?? new AppError('CLASSROOM_NOT_FOUND'));
    },

    /** The newest first: those that the viewer is in, and for admins the school's. */
    async classrooms(viewer: Viewer, archivedToo: boolean, page: Page): Promise<Connection<ClassroomView>> {
      const filter = { mine: !canAdministerClassrooms(viewer), archivedToo };
      const rows = await listClassrooms(database, viewer.organizationId, viewer.userId, filter, page);
      return toConnection(rows, page, (row) => [row.createdAt.toISOString(), row.id]);
    },

    /** Ids of members, the longest there first. Classrooms with the same page share one statement. */
    async memberPages(pages: readonly MemberPage[]): Promise<Connection<string>[]> {
      const groups = groupBy(pages, ({ roles, page }) => JSON.stringify([roles, page]));
      const found = new Map<MemberPage, Connection<string>>();
      for (const group of groups.values()) {
        const rows = await membersOf(group);
        for (const key of group) {
          const members = toConnection(rows.get(key.classroom.id) ?? [], key.page, ({ joinedAt, userId }) => [
            joinedAt.toISOString(),
            userId,
          ]);
          found.set(
            key,
            mapConnection(members, ({ userId }) => userId),
          );
        }
      }
      return pages.map((key) => found.get(key) as Connection<string>);
    },

    /** Makes a classroom of the viewer's. Fails with FORBIDDEN to all but tutors. */
    async create(viewer: Viewer, name: string): Promise<ClassroomView> {
      if (!canCreateClassroom(viewer)) throw new AppError('FORBIDDEN');
      const id = newId();
      const { organizationId, userId: tutorId } = viewer;
      await insertClassroom(database, { id, organizationId, tutorId, name });
      return find(viewer, id);
    },

    leave: membership.leave,
    add: (viewer: Viewer, id: string, userId: string) =>
      after(viewer, id, membership.add(viewer, id, userId)),
    remove: (viewer: Viewer, id: string, userId: string) =>
      after(viewer, id, membership.remove(viewer, id, userId)),
    setRole: (viewer: Viewer, id: string, userId: string, role: ClassroomRole) =>
      after(viewer, id, membership.setRole(viewer, id, userId, role)),
    rename: (viewer: Viewer, id: string, name: string) =>
      after(viewer, id, membership.rename(viewer, id, name)),
    archive: (viewer: Viewer, id: string) => after(viewer, id, membership.archive(viewer, id)),
  };
}

/** Classrooms, as `createClassroomService` makes them. */
export type ClassroomService = ReturnType<typeof createClassroomService>;
