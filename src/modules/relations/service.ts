import type { Channels } from '../../channels/channels.js';
import type { NewEvent } from '../../channels/events.js';
import type { RelationStatus } from '../../generated/prisma/enums.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, Queryable, UnitOfWork } from '../../platform/database/database.js';
import { violates } from '../../platform/database/failures.js';
import { AppError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Connection, type Page, toConnection } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import { canAnswerInvitation, canInvite, canSeeRelation, isPartyOf, listedSide } from './policy.js';
import {
  findRelations,
  hasOpenRelation,
  holdActive,
  holdActiveStudents,
  insertInvitation,
  leaveRelations,
  listRelations,
  moveRelation,
  type Pair,
  type Relation,
} from './store.js';

/** What the student of an invitation is told of. */
interface InvitationNews {
  readonly eventType: 'relation.invited';
  readonly organizationId: string;
  /** The student. */
  readonly userId: string;
  readonly payload: { readonly relationId: string; readonly tutorId: string; readonly studentId: string };
}

/** What a relation service is made of. */
export interface RelationServiceOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: { enqueue(item: InvitationNews, tx: UnitOfWork): Promise<string> };
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'studentIdByEmail' | 'lockPeople'>;
  /** The events that take from both people what they had through an active relation; appended with its end. */
  readonly accessLostOnEnd: (tx: UnitOfWork, relation: Relation) => Promise<readonly NewEvent[]>;
}

/** Relations of tutors and students: who invited whom, who teaches whom, and what depends on it. */
export function createRelationService(options: RelationServiceOptions) {
  const { database, channels, queue, clock, accounts } = options;

  /** The relation, when `allowed` lets the viewer act on it; to anyone else it does not exist. */
  async function find(viewer: Viewer, id: string, allowed: typeof canSeeRelation): Promise<Relation> {
    const [relation] = await findRelations(database, viewer.organizationId, [id]);
    if (!relation || !allowed(viewer, relation)) throw new AppError('RELATION_NOT_FOUND');
    return relation;
  }

  /** Guards on the status that the change starts from, since it may have moved since it was read. */
  async function move(
    on: Queryable,
    { id, organizationId }: Relation,
    from: RelationStatus,
    to: RelationStatus,
  ) {
    const endedAt = to === 'ENDED' ? clock.now() : null;
    const moved = await moveRelation(on, organizationId, id, { from, to, endedAt });
    if (!moved) throw new AppError('RELATION_INVALID_TRANSITION');
    return moved;
  }

  return {
    /**
     * Invites a student of the school. Fails with FORBIDDEN to all but tutors, STUDENT_NOT_FOUND for an address that
     * is no student's, and RELATION_ALREADY_EXISTS while the student is invited or taught by the tutor.
     */
    async invite(viewer: Viewer, studentEmail: string, note: string | null): Promise<Relation> {
      if (!canInvite(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId: tutorId } = viewer;
      const studentId = await accounts.studentIdByEmail(database, organizationId, studentEmail);
      if (!studentId) throw refused('STUDENT_NOT_FOUND', 'STUDENT_ADDRESS');
      return database.transaction(async (tx) => {
        // Invitations of one pair run one after another, so that none is added beside one that was just accepted.
        await accounts.lockPeople(tx, organizationId, [tutorId, studentId]);
        const pair = { tutorId, studentId };
        if (await hasOpenRelation(tx, organizationId, pair)) {
          throw refused('RELATION_ALREADY_EXISTS', 'RELATED_ALREADY');
        }
        const relation = await insertInvitation(tx, { id: newId(), organizationId, ...pair, note });
        const payload = { relationId: relation.id, ...pair };
        await queue.enqueue(
          { eventType: 'relation.invited', organizationId, userId: studentId, payload },
          tx,
        );
        return relation;
      });
    },

    /** That a student has joined by the invitation of a tutor, in the transaction of their sign-up: they are taught at once. */
    async joined(
      tx: UnitOfWork,
      { organizationId, tutorId, studentId }: Pair & { readonly organizationId: string },
    ): Promise<void> {
      const invitation = { id: newId(), organizationId, tutorId, studentId, note: null };
      const { id } = await insertInvitation(tx, invitation);
      await moveRelation(tx, organizationId, id, { from: 'INVITED', to: 'ACTIVE', endedAt: null });
    },

    /** The invited student agrees. Fails with RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION. */
    async accept(viewer: Viewer, id: string): Promise<Relation> {
      const relation = await find(viewer, id, canAnswerInvitation);
      return move(database, relation, 'INVITED', 'ACTIVE').catch((error: unknown) => {
        if (!violates(error, 'unique_active_tutor_student')) throw error;
        throw new AppError('RELATION_ALREADY_EXISTS', {}, { cause: error });
      });
    },

    /** The invited student refuses. Fails with RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION. */
    async decline(viewer: Viewer, id: string): Promise<Relation> {
      return move(database, await find(viewer, id, canAnswerInvitation), 'INVITED', 'DECLINED');
    },

    /**
     * Either of the two ends an active relation, and with it what both had access to through it.
     * Fails with RELATION_NOT_FOUND, RELATION_INVALID_TRANSITION.
     */
    async end(viewer: Viewer, id: string): Promise<Relation> {
      const relation = await find(viewer, id, isPartyOf);
      return database.transaction(async (tx) => {
        const ended = await move(tx, relation, 'ACTIVE', 'ENDED');
        const events = await options.accessLostOnEnd(tx, ended);
        if (events.length > 0) await channels.append(tx, events);
        return ended;
      });
    },

    /** Ends what somebody who leaves for good has with others; gives the events to append. Lock the person first. */
    async leave(
      tx: UnitOfWork,
      { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
    ): Promise<NewEvent[]> {
      const ended = await leaveRelations(tx, organizationId, userId, clock.now());
      const events: NewEvent[] = [];
      for (const relation of ended) events.push(...(await options.accessLostOnEnd(tx, relation)));
      return events;
    },

    /** Relations in the order of `ids`, in one statement; RELATION_NOT_FOUND in the place of one that the viewer may not see. */
    async relationsByIds(viewer: Viewer, ids: readonly string[]): Promise<(Relation | AppError)[]> {
      const rows = await findRelations(database, viewer.organizationId, ids);
      const byId = new Map(rows.filter((row) => canSeeRelation(viewer, row)).map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? new AppError('RELATION_NOT_FOUND'));
    },

    /** The newest first: the viewer's own, and for admins the school's. */
    async relations(
      viewer: Viewer,
      status: RelationStatus | null,
      page: Page,
    ): Promise<Connection<Relation>> {
      const listed = listedSide(viewer);
      const side =
        listed === 'everyone' ? listed : ({ column: `${listed}_id`, userId: viewer.userId } as const);
      const rows = await listRelations(database, viewer.organizationId, { side, status }, page);
      return toConnection(rows, page, (row) => [row.createdAt.toISOString(), row.id]);
    },

    /**
     * Fails with RELATION_NOT_ACTIVE unless the tutor teaches the student. Within a transaction the relation is held
     * as it is until the commit, so that an end cannot slip in between; call it after `lockPeople`.
     */
    async requireActive(
      on: Queryable,
      organizationId: string,
      tutorId: string,
      studentId: string,
    ): Promise<void> {
      const active = await holdActive(on, organizationId, { tutorId, studentId });
      if (!active) throw new AppError('RELATION_NOT_ACTIVE');
    },

    /** Those of the students whom the tutor teaches; held like that of `requireActive`. */
    activeStudents: (on: Queryable, organizationId: string, tutorId: string, studentIds: readonly string[]) =>
      holdActiveStudents(on, organizationId, tutorId, studentIds),
  };
}

/** Relations, as `createRelationService` makes them. */
export type RelationService = ReturnType<typeof createRelationService>;

function refused(
  code: 'STUDENT_NOT_FOUND' | 'RELATION_ALREADY_EXISTS',
  rule: 'STUDENT_ADDRESS' | 'RELATED_ALREADY',
): AppError {
  return new AppError(code, { 'input.studentEmail': [{ rule }] });
}
