import type { Clock } from '../../platform/clock.js';
import type { Database, Queryable } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import type { Availability, DateException, WeeklyWindow } from './availability.js';
import { openTime } from './open-time.js';
import { canSeeAvailability, canSetAvailability } from './policy.js';
import { freeSlots } from './slots.js';
import { findTutorTime, replaceExceptions, replaceWindows, type TutorTime } from './store.js';

/** A stretch of time that can be booked. */
export interface TimeSlot {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What a tutor's free time is searched for. */
export interface FreeSlotSearch {
  readonly tutorId: string;
  readonly from: Date;
  readonly to: Date;
  readonly durationMinutes: number;
}

/** What a tutor sets; exceptions that are null stay as they are. */
export interface AvailabilityChange {
  readonly windows: readonly WeeklyWindow[];
  readonly exceptions: readonly DateException[] | null;
}

interface AvailabilityOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
}

/** When tutors teach. */
export function createAvailabilityService({ database, clock, accounts }: AvailabilityOptions) {
  async function visible(viewer: Viewer, tutorId: string, period: TutorPeriod): Promise<TutorTime> {
    const { organizationId, userId: viewerId } = viewer;
    const time = await findTutorTime(database, { organizationId, tutorId, viewerId, period });
    if (!time || !canSeeAvailability(viewer, { tutorId, teachesViewer: time.teachesViewer }))
      throw new AppError('TUTOR_NOT_FOUND', { tutorId: [{ rule: 'OWN_TUTOR_ID' }] });
    return time;
  }

  return {
    /** When a tutor teaches. TUTOR_NOT_FOUND to all but the tutor, whom they teach, and admins. One statement. */
    availability: (viewer: Viewer, tutorId: string): Promise<Availability> => visible(viewer, tutorId, null),

    /** The slots of a tutor that are open, not booked and not past, in order. TUTOR_NOT_FOUND. One statement. */
    async freeSlots(
      viewer: Viewer,
      { tutorId, from, to, durationMinutes }: FreeSlotSearch,
    ): Promise<TimeSlot[]> {
      const time = await visible(viewer, tutorId, { from, to });
      const search = {
        from: Math.max(from.getTime(), clock.now().getTime()),
        to: to.getTime(),
        length: durationMinutes * 60_000,
      };
      return freeSlots(time, time.booked, search).map(({ start, end }) => ({
        startsAt: new Date(start),
        endsAt: new Date(end),
      }));
    },

    /** Sets when the viewer teaches. FORBIDDEN to all but tutors. */
    async setAvailability(
      viewer: Viewer,
      { windows, exceptions }: AvailabilityChange,
    ): Promise<Availability> {
      if (!canSetAvailability(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId } = viewer;
      await database.transaction(async (tx) => {
        // Two settings at once come one after the other; the later one holds.
        await accounts.lockPeople(tx, organizationId, [userId]);
        await replaceWindows(tx, organizationId, userId, windows);
        if (exceptions) await replaceExceptions(tx, organizationId, userId, exceptions);
      });
      return visible(viewer, userId, null);
    },
  };
}

/** Availability, as `createAvailabilityService` makes it. */
export type AvailabilityService = ReturnType<typeof createAvailabilityService>;

type TutorPeriod = { readonly from: Date; readonly to: Date } | null;

/**
 * Whether a tutor of the school teaches through all of this time, whatever is booked; a tutor who has set no windows
 * teaches at any time. False when there is no such tutor. One statement.
 */
export async function isAvailable(
  on: Queryable,
  organizationId: string,
  tutorId: string,
  start: Date,
  end: Date,
): Promise<boolean> {
  const time = await findTutorTime(on, { organizationId, tutorId, viewerId: null, period: null });
  const open = time ? openTime(time, start.getTime(), end.getTime()) : [];
  return open[0]?.start === start.getTime() && open[0].end === end.getTime();
}
