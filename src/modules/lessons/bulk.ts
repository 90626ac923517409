import type { UnitOfWork } from '../../platform/database/database.js';
import { once } from '../../platform/idempotency/once.js';
import { AppError, type FieldProblem } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import type { RelationService } from '../relations/service.js';
import type { Booking, BookingOptions } from './bookings.js';
import { type Clash, findBatch, findClashes } from './bulk-store.js';
import type { Calendar } from './calendar.js';
import type { LessonView } from './lesson.js';
import { canSchedule } from './policy.js';
import { slotTaken, timeProblems } from './rules.js';
import { insertLessons, type NewLesson } from './store.js';

export interface BulkOptions extends BookingOptions {
  readonly relations: Pick<RelationService, 'requireActive' | 'activeStudents'>;
}

type ProblemCode = 'VALIDATION_ERROR' | 'STUDENT_NOT_FOUND' | 'RELATION_NOT_ACTIVE' | 'SLOT_TAKEN';

/** What is wrong with one item of many. */
interface Problem {
  readonly code: ProblemCode;
  readonly index: number;
  readonly field: string;
  readonly problem: FieldProblem;
}

/** How a tutor books many lessons: all of them in one transaction, or none. */
export function createBulkBooking(options: BulkOptions, calendar: Calendar) {
  const { database, clock, accounts, relations } = options;

  /** Under the locks of all people, so that what is free stays free until the insert. */
  async function check(tx: UnitOfWork, viewer: Viewer, lessons: readonly NewLesson[]): Promise<Problem[]> {
    const { organizationId, userId: tutorId } = viewer;
    const studentIds = [...new Set(lessons.map(({ studentId }) => studentId))];
    const people = await accounts.lockPeople(tx, organizationId, [tutorId, ...studentIds]);
    const students = new Set(people.filter(({ role }) => role === 'STUDENT').map(({ id }) => id));
    const taught = new Set(await relations.activeStudents(tx, organizationId, tutorId, studentIds));
    const clashes = await findClashes(tx, organizationId, lessons);
    const now = clock.now();
    return lessons.flatMap((lesson, index) => [
      ...timeProblemsOf(lesson, index, now),
      ...studentProblems(lesson, index, students, taught),
      ...clashes.filter((clash) => clash.index === index).map(taken),
    ]);
  }

  async function book(tx: UnitOfWork, viewer: Viewer, lessons: readonly NewLesson[]): Promise<LessonView[]> {
    const inserted = await insertLessons(tx, lessons, clock.now()).catch((error: unknown) => {
      throw slotTaken(error, 'input.lessons');
    });
    const written = inserted.map((after) => ({ change: 'SCHEDULED', before: null, after }) as const);
    return calendar.record(tx, viewer.userId, written);
  }

  return {
    async scheduleMany(
      viewer: Viewer,
      bookings: readonly Booking[],
      { dryRun, key }: { readonly dryRun: boolean; readonly key?: string | null | undefined },
    ): Promise<LessonView[]> {
      if (!canSchedule(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId, userId: tutorId } = viewer;
      const batchId = newId();
      const made = { organizationId, tutorId, status: 'SCHEDULED', batchId } as const;
      const lessons = bookings.map((booking) => ({ ...booking, ...made, id: newId() }));
      // A trial makes nothing, so there is nothing to remember for its key.
      const request = {
        userId: tutorId,
        operation: 'scheduleLessons',
        key: dryRun ? null : key,
        input: bookings,
      };
      return database.transaction(async (tx) => {
        let booked: LessonView[] | null = null;
        const batch = await once(tx, request, async () => {
          refuse(await check(tx, viewer, lessons));
          booked = dryRun ? [] : await book(tx, viewer, lessons);
          return batchId;
        });
        return booked ?? findBatch(tx, organizationId, batch);
      });
    },
  };
}

/** Fails with every problem by its path: the code of all of them, or VALIDATION_ERROR when they differ. */
function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const fields: Record<string, FieldProblem[]> = {};
  for (const { index, field, problem } of problems) {
    const path = `input.lessons.${index}.${field}`;
    fields[path] = [...(fields[path] ?? []), problem];
  }
  const same = problems.every(({ code }) => code === first.code);
  throw new AppError(same ? first.code : 'VALIDATION_ERROR', fields);
}

function timeProblemsOf({ startsAt, endsAt }: NewLesson, index: number, now: Date): Problem[] {
  return Object.entries(timeProblems(startsAt, endsAt, now)).flatMap(([field, found]) =>
    found.map((problem) => ({ code: 'VALIDATION_ERROR' as const, index, field, problem })),
  );
}

function studentProblems(
  { studentId }: NewLesson,
  index: number,
  students: ReadonlySet<string>,
  taught: ReadonlySet<string>,
): Problem[] {
  const problem = (code: ProblemCode, rule: 'STUDENT_ID' | 'NO_RELATION') => [
    { code, index, field: 'studentId', problem: { rule } },
  ];
  if (!students.has(studentId)) return problem('STUDENT_NOT_FOUND', 'STUDENT_ID');
  return taught.has(studentId) ? [] : problem('RELATION_NOT_ACTIVE', 'NO_RELATION');
}

function taken({ index, whose, withIndex }: Clash): Problem {
  const problem: FieldProblem =
    withIndex === null
      ? { rule: whose === 'tutor' ? 'TUTOR_BUSY' : 'STUDENT_BUSY' }
      : { rule: 'OVERLAPS_ITEM', index: withIndex };
  return { code: 'SLOT_TAKEN', index, field: 'startsAt', problem };
}
