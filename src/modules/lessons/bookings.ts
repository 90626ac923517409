import type { Database, Queryable, UnitOfWork } from '../../platform/database/database.js';
import { once } from '../../platform/idempotency/once.js';
import { AppError, invalid } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Role, Viewer } from '../../shared/viewer.js';
import type { RelationService } from '../relations/service.js';
import type { Calendar, CalendarOptions } from './calendar.js';
import type { LessonView } from './lesson.js';
import { canRequest, canSchedule } from './policy.js';
import { requireBookable, slotTaken, slotTakenBy } from './rules.js';
import { findLesson, insertLessons, type NewLesson, whoIsBusy } from './store.js';

/** When a lesson is to be, and what about. */
interface Plan {
  readonly title: string;
  readonly notes: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What a tutor books. */
export interface Booking extends Plan {
  readonly studentId: string;
}

/** What a student asks for. */
export interface Request extends Plan {
  readonly tutorId: string;
}

/** Whether a tutor takes lessons at that time. */
export type IsAvailable = (
  on: Queryable,
  organizationId: string,
  tutorId: string,
  startsAt: Date,
  endsAt: Date,
) => Promise<boolean>;

export interface BookingOptions extends CalendarOptions {
  readonly relations: Pick<RelationService, 'requireActive'>;
  /** Asked for requests; tutors may book outside it. Any time unless given. */
  readonly isAvailable?: IsAvailable;
}

/** How single lessons come to be. */
export function createBookings(options: BookingOptions, calendar: Calendar) {
  const { database, clock, accounts, relations, isAvailable = async () => true } = options;

  /** The locks and conditions of every new lesson: both people, and their active relation. */
  async function requirePair(tx: UnitOfWork, lesson: NewLesson, other: OtherParty): Promise<void> {
    const { organizationId, tutorId, studentId } = lesson;
    const people = await accounts.lockPeople(tx, organizationId, [tutorId, studentId]);
    if (!people.some(({ id, role }) => id === lesson[other.key] && role === other.role)) throw other.absent();
    await relations.requireActive(tx, organizationId, tutorId, studentId);
  }

  async function add(tx: UnitOfWork, viewer: Viewer, lesson: NewLesson): Promise<LessonView> {
    const inserted = await insertLessons(tx, [lesson], clock.now()).catch((error: unknown) => {
      throw slotTaken(error);
    });
    const change = lesson.status === 'REQUESTED' ? 'REQUESTED' : 'SCHEDULED';
    const written = inserted.map((after) => ({ change, before: null, after }) as const);
    const [view] = await calendar.record(tx, viewer.userId, written);
    return view as LessonView;
  }

  return {
    async schedule(viewer: Viewer, booking: Booking, key?: string | null): Promise<LessonView> {
      if (!canSchedule(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId } = viewer;
      return createOnce(database, viewer, 'scheduleLesson', key, booking, async (tx) => {
        requireBookable(booking.startsAt, booking.endsAt, clock.now());
        const made = { id: newId(), organizationId, tutorId: userId, status: 'SCHEDULED' } as const;
        const lesson = { ...booking, ...made };
        await requirePair(tx, lesson, student);
        return add(tx, viewer, lesson);
      });
    },

    async request(viewer: Viewer, request: Request, key?: string | null): Promise<LessonView> {
      if (!canRequest(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId } = viewer;
      return createOnce(database, viewer, 'requestLesson', key, request, async (tx) => {
        const { tutorId, startsAt, endsAt } = request;
        requireBookable(startsAt, endsAt, clock.now());
        const made = { id: newId(), organizationId, studentId: userId, status: 'REQUESTED' } as const;
        const lesson = { ...request, ...made };
        await requirePair(tx, lesson, tutor);
        if (!(await isAvailable(tx, organizationId, tutorId, startsAt, endsAt)))
          throw invalid('input.startsAt', { rule: 'OUTSIDE_AVAILABILITY' });
        // The request itself will block nothing, so no constraint says this.
        const busy = await whoIsBusy(tx, lesson);
        if (busy) throw slotTakenBy(busy, 'input.startsAt');
        return add(tx, viewer, lesson);
      });
    },
  };
}

interface OtherParty {
  readonly key: 'studentId' | 'tutorId';
  readonly role: Role;
  readonly absent: () => AppError;
}

const student: OtherParty = {
  key: 'studentId',
  role: 'STUDENT',
  absent: () => new AppError('STUDENT_NOT_FOUND', { 'input.studentId': [{ rule: 'STUDENT_ID' }] }),
};
const tutor: OtherParty = {
  key: 'tutorId',
  role: 'TUTOR',
  absent: () => new AppError('TUTOR_NOT_FOUND', { 'input.tutorId': [{ rule: 'TUTOR_ID' }] }),
};

/** Makes a lesson in a transaction, once for a key: when the key has been used, the lesson as it is now. */
async function createOnce(
  database: Database,
  viewer: Viewer,
  operation: string,
  key: string | null | undefined,
  input: unknown,
  make: (tx: UnitOfWork) => Promise<LessonView>,
): Promise<LessonView> {
  return database.transaction(async (tx) => {
    let made: LessonView | null = null;
    const id = await once(tx, { userId: viewer.userId, operation, key, input }, async () => {
      made = await make(tx);
      return made.id;
    });
    const lesson = made ?? (await findLesson(tx, viewer.organizationId, id));
    if (!lesson) throw new AppError('LESSON_NOT_FOUND');
    return lesson;
  });
}
