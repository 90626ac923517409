import type { NewEvent } from '../../channels/events.js';
import type { UnitOfWork } from '../../platform/database/database.js';

/** What somebody's coming and going means to the rooms of a classroom, which are of later modules. */
export interface ClassroomRooms {
  /** Lets somebody in: what was said before counts as read. Gives the place in the chat's channel at which they begin. */
  enter(tx: UnitOfWork, classroomId: string, userId: string): Promise<number>;
  /** The event that tells a user's devices that they are, or are not any more, in a classroom. */
  membershipChanged(userId: string, classroomId: string, member: boolean, actorId: string): NewEvent;
  /** The events that end these people's subscriptions to everything in the classroom. */
  accessLost(classroomId: string, userIds: readonly string[], actorId: string): readonly NewEvent[];
}

/** That somebody is to be told of their coming or going. */
export interface MembershipNews {
  readonly eventType: 'classroom.added' | 'classroom.removed';
  readonly organizationId: string;
  readonly userId: string;
  /** `changeId` names the cause: who is added, removed and added again is told three times. */
  readonly payload: { readonly classroomId: string; readonly actorId: string; readonly changeId: string };
}

/** Where such news go. */
export interface MembershipQueue {
  enqueue(news: MembershipNews, tx: UnitOfWork): Promise<string>;
}
