import type { Channels } from '../../channels/channels.js';
import type { NewEvent } from '../../channels/events.js';
import { createTurns } from '../../channels/turns.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError, invalid } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import type { ClassroomRole, ClassroomView } from './classroom.js';
import { endMembership, findCandidate, findMembership, saveRole, startMembership } from './member-store.js';
import {
  canAdministerClassrooms,
  canLeadClassroom,
  canRemove,
  canRunClassroom,
  canSeeClassroom,
} from './policy.js';
import type { ClassroomRooms, MembershipQueue } from './rooms.js';
import { archiveClassrooms, holdClassroom, saveName } from './store.js';

/** More changes than this waiting for one classroom on a node are told to come again. */
const maxWaiting = 200;
/** Beside the tutor; held by the CHECK `classroom_member_limit`. */
const maxMembers = 500;

export interface MembershipOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: MembershipQueue;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
  readonly rooms: ClassroomRooms;
}

/** A classroom that is held, within its transaction. */
interface Held {
  readonly tx: UnitOfWork;
  readonly classroom: ClassroomView;
}

/**
 * Every change of a classroom. It is asked who may while the classroom is held, so that nothing is done in the name of
 * somebody who has been removed meanwhile.
 */
export function createMembership({ database, channels, queue, accounts, rooms }: MembershipOptions) {
  const turns = createTurns({ maxWaiting });

  function change(
    viewer: Viewer,
    classroomId: string,
    may: (viewer: Viewer, classroom: ClassroomView) => boolean,
    work: (held: Held) => Promise<readonly NewEvent[]>,
    people: readonly string[] = [],
  ): Promise<void> {
    const run = () =>
      database.transaction(async (tx) => {
        // Nobody is added who is being erased.
        if (people.length > 0) await accounts.lockPeople(tx, viewer.organizationId, people);
        const classroom = await holdClassroom(tx, viewer.organizationId, viewer.userId, classroomId);
        if (!classroom || !canSeeClassroom(viewer, classroom)) throw new AppError('CLASSROOM_NOT_FOUND');
        if (!may(viewer, classroom)) throw new AppError('FORBIDDEN');
        const events = await work({ tx, classroom });
        if (events.length > 0) await channels.append(tx, events);
      });
    // They would wait for its row anyway, each with a connection.
    return turns.inTurn(classroomId, run);
  }

  function refuseArchived({ archivedAt }: ClassroomView): void {
    if (archivedAt) throw new AppError('CLASSROOM_ARCHIVED');
  }

  const placeOf = ({ organizationId, id }: ClassroomView, userId: string) => ({
    organizationId,
    classroomId: id,
    userId,
  });

  async function end({ tx, classroom }: Held, userId: string, actorId: string): Promise<readonly NewEvent[]> {
    await endMembership(tx, placeOf(classroom, userId));
    return [
      ...rooms.accessLost(classroom.id, [userId], actorId),
      rooms.membershipChanged(userId, classroom.id, false, actorId),
    ];
  }

  const tell = (
    tx: UnitOfWork,
    eventType: 'classroom.added' | 'classroom.removed',
    viewer: Viewer,
    classroomId: string,
    userId: string,
  ) => {
    const payload = { classroomId, actorId: viewer.userId, changeId: newId() };
    return queue.enqueue({ eventType, organizationId: viewer.organizationId, userId, payload }, tx);
  };

  return {
    /** Adds somebody; nothing happens when they are in it. Fails with USER_NOT_FOUND, CLASSROOM_FULL, CLASSROOM_ARCHIVED. */
    async add(viewer: Viewer, classroomId: string, userId: string): Promise<void> {
      const work = async ({ tx, classroom }: Held) => {
        refuseArchived(classroom);
        const place = placeOf(classroom, userId);
        if ((await findMembership(tx, place))?.present) return [];
        if (!(await findCandidate(tx, place, canAdministerClassrooms(viewer))))
          throw new AppError('USER_NOT_FOUND');
        const added = await startMembership(tx, place, await rooms.enter(tx, classroomId, userId));
        if (!added) return [];
        await tell(tx, 'classroom.added', viewer, classroomId, userId);
        return [rooms.membershipChanged(userId, classroomId, true, viewer.userId)];
      };
      await change(viewer, classroomId, canLeadClassroom, work, [userId]).catch((error: unknown) => {
        if (!violates(error, 'classroom_member_limit')) throw error;
        throw new AppError('CLASSROOM_FULL', {}, { values: { max: maxMembers }, cause: error });
      });
    },

    /** Removes somebody; nothing happens when they are not in it any more. Fails with USER_NOT_FOUND for who never was. */
    remove: (viewer: Viewer, classroomId: string, userId: string): Promise<void> =>
      change(viewer, classroomId, canLeadClassroom, async (held) => {
        const membership = await findMembership(held.tx, placeOf(held.classroom, userId));
        if (!membership) throw new AppError('USER_NOT_FOUND');
        if (!membership.present) return [];
        if (!canRemove(viewer, held.classroom, membership.role)) throw new AppError('FORBIDDEN');
        await tell(held.tx, 'classroom.removed', viewer, classroomId, userId);
        return end(held, userId, viewer.userId);
      }),

    /** The viewer goes. Fails with CLASSROOM_NOT_FOUND for who is not in it, FORBIDDEN for its tutor. */
    leave: (viewer: Viewer, classroomId: string): Promise<void> =>
      change(
        viewer,
        classroomId,
        () => true,
        async (held) => {
          const { viewerRole } = held.classroom;
          if (viewerRole === null) throw new AppError('CLASSROOM_NOT_FOUND');
          if (viewerRole === 'TUTOR') throw new AppError('FORBIDDEN');
          return end(held, viewer.userId, viewer.userId);
        },
      ),

    /** Makes a member a co-tutor, or a co-tutor a member. Fails with USER_NOT_FOUND, VALIDATION_ERROR. */
    setRole: (viewer: Viewer, classroomId: string, userId: string, role: ClassroomRole): Promise<void> =>
      change(viewer, classroomId, canRunClassroom, async ({ tx, classroom }) => {
        refuseArchived(classroom);
        const place = placeOf(classroom, userId);
        const membership = await findMembership(tx, place);
        if (!membership?.present) throw new AppError('USER_NOT_FOUND');
        if (membership.role === 'TUTOR') throw new AppError('FORBIDDEN');
        if (role === 'CO_TUTOR' && (await findCandidate(tx, place, true)) !== 'TUTOR')
          throw invalid('input.userId', { rule: 'SCHOOL_TUTOR' });
        await saveRole(tx, place, role);
        return [];
      }),

    rename: (viewer: Viewer, classroomId: string, name: string): Promise<void> =>
      change(viewer, classroomId, canRunClassroom, async ({ tx, classroom }) => {
        refuseArchived(classroom);
        await saveName(tx, viewer.organizationId, classroomId, name);
        return [];
      }),

    /** From now on it can only be read. */
    archive: (viewer: Viewer, classroomId: string): Promise<void> =>
      change(viewer, classroomId, canRunClassroom, async ({ tx, classroom }) => {
        await archiveClassrooms(tx, viewer.organizationId, [classroomId]);
        return classroom.archivedAt ? [] : rooms.archived(classroomId, viewer.userId);
      }),
  };
}
