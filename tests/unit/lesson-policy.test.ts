import { LessonStatus } from '../../src/generated/prisma/enums.js';
import type { Lesson } from '../../src/modules/lessons/lesson.js';
import {
  type Actor,
  actorOf,
  isLate,
  type LessonChange,
  mayEver,
  statusAfter,
} from '../../src/modules/lessons/policy.js';
import type { Role, Viewer } from '../../src/shared/viewer.js';

const statuses = [null, ...Object.values(LessonStatus)];
const actors: readonly Actor[] = ['TUTOR', 'STUDENT', 'ADMIN', 'SYSTEM'];

/** Every `from>to by actor` that the table allows for a change. */
function allowed(change: LessonChange): string[] {
  return statuses.flatMap((from) =>
    actors.flatMap((actor) => {
      const to = statusAfter(change, from, actor);
      return to ? [`${from}>${to} by ${actor}`] : [];
    }),
  );
}

describe('the state table', () => {
  it.each<[LessonChange, string[]]>([
    ['REQUESTED', ['null>REQUESTED by STUDENT']],
    ['SCHEDULED', ['null>SCHEDULED by TUTOR']],
    ['ACCEPTED', ['REQUESTED>SCHEDULED by TUTOR']],
    ['DECLINED', ['REQUESTED>DECLINED by TUTOR']],
    ['EXPIRED', ['REQUESTED>EXPIRED by SYSTEM']],
    ['MOVED', ['SCHEDULED>SCHEDULED by TUTOR', 'SCHEDULED>SCHEDULED by STUDENT']],
    ['STARTED', ['SCHEDULED>IN_PROGRESS by TUTOR']],
    [
      'CANCELLED',
      [
        'REQUESTED>CANCELLED by STUDENT',
        'SCHEDULED>CANCELLED by TUTOR',
        'SCHEDULED>CANCELLED by STUDENT',
        'SCHEDULED>CANCELLED by ADMIN',
      ],
    ],
    [
      'COMPLETED',
      ['SCHEDULED>COMPLETED by SYSTEM', 'IN_PROGRESS>COMPLETED by TUTOR', 'IN_PROGRESS>COMPLETED by SYSTEM'],
    ],
    [
      'NO_SHOW',
      ['SCHEDULED', 'IN_PROGRESS'].flatMap((from) =>
        ['TUTOR', 'STUDENT', 'SYSTEM'].map((actor) => `${from}>NO_SHOW by ${actor}`),
      ),
    ],
    ['CORRECTED', ['COMPLETED>NO_SHOW by ADMIN', 'NO_SHOW>COMPLETED by ADMIN']],
    [
      'EDITED',
      ['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW'].flatMap((status) =>
        ['TUTOR', 'ADMIN'].map((actor) => `${status}>${status} by ${actor}`),
      ),
    ],
  ])('allows %s so and not otherwise', (change, expected) => {
    expect(allowed(change)).toEqual(expected);
  });

  it('tells who may never make a change from who may not make it now', () => {
    expect(mayEver('STUDENT', 'EDITED')).toBe(false);
    expect(mayEver('STUDENT', 'CANCELLED')).toBe(true);
  });
});

const lesson: Lesson = {
  id: 'l',
  organizationId: 'o',
  tutorId: 't',
  studentId: 's',
  title: 'Algebra',
  notes: null,
  startsAt: new Date('2026-03-02T10:00:00Z'),
  endsAt: new Date('2026-03-02T11:00:00Z'),
  status: 'SCHEDULED',
  version: 1,
  cancellationWindowMinutes: 1_440,
  cancellation: null,
  noShowParty: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

describe('whom a lesson exists for', () => {
  const viewer = (userId: string, role: Role, organizationId = 'o'): Viewer => ({
    userId,
    role,
    organizationId,
    sessionId: 'x',
    displayName: 'x',
    timeZone: 'UTC',
    locale: 'en',
  });
  it.each([
    ['its tutor', viewer('t', 'TUTOR'), 'TUTOR'],
    ['its student', viewer('s', 'STUDENT'), 'STUDENT'],
    ['an admin', viewer('a', 'ADMIN'), 'ADMIN'],
    ['the owner', viewer('a', 'OWNER'), 'ADMIN'],
    ['another tutor', viewer('u', 'TUTOR'), null],
    ['an admin of another school', viewer('a', 'ADMIN', 'p'), null],
    ['a namesake of the tutor in another school', viewer('t', 'TUTOR', 'p'), null],
  ])('%s', (_who, person, actor) => {
    expect(actorOf(person, lesson)).toBe(actor);
  });
});

describe('a cancellation', () => {
  it.each([
    ['a minute before the window', '2026-03-01T09:59:00Z', false],
    ['as the window opens', '2026-03-01T10:00:00Z', false],
    ['a second into the window', '2026-03-01T10:00:01Z', true],
    ['after the start', '2026-03-02T10:30:00Z', true],
  ])('%s is late or not', (_when, now, late) => {
    expect(isLate(lesson, new Date(now))).toBe(late);
  });

  it('of a request is never late', () => {
    expect(isLate({ ...lesson, status: 'REQUESTED' }, new Date('2026-03-02T09:59:00Z'))).toBe(false);
  });
});
