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
  outcomeAt: null,
  createdAt: new Date('2026-03-01T00:00:00Z'),
  updatedAt: new Date('2026-03-01T00:00:00Z'),
};

/** Before everything, at every turn of a lesson from 10:00 to 11:00, and long after. */
const times = ['03-01T09:00', '03-02T09:50', '03-02T10:15', '03-02T11:35', '03-09T00:00'];

/** Every `from>to by actor` that the table allows for a change at some time. */
function allowed(change: LessonChange): string[] {
  return statuses.flatMap((status) =>
    actors.flatMap((actor) => {
      const results = times.flatMap(
        (time) => statusAfter(change, { ...lesson, status }, actor, new Date(`2026-${time}Z`)) ?? [],
      );
      return [...new Set(results)].map((to) => `${status}>${to} by ${actor}`);
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

describe('the time of a change', () => {
  const at = (change: LessonChange, status: Lesson['status'], actor: Actor, now: string, rest = {}) =>
    statusAfter(change, { ...lesson, ...rest, status }, actor, new Date(`2026-${now}Z`)) !== null;
  it.each<[string, LessonChange, Lesson['status'], Actor, string, boolean, object]>([
    ['a start 15 minutes before', 'STARTED', 'SCHEDULED', 'TUTOR', '03-02T09:45', true, {}],
    ['a start a second earlier', 'STARTED', 'SCHEDULED', 'TUTOR', '03-02T09:44:59', false, {}],
    ['a no-show 10 minutes after the start', 'NO_SHOW', 'SCHEDULED', 'STUDENT', '03-02T10:10', true, {}],
    ['a no-show a second earlier', 'NO_SHOW', 'IN_PROGRESS', 'TUTOR', '03-02T10:09:59', false, {}],
    ['an end by the system 30 minutes after', 'COMPLETED', 'IN_PROGRESS', 'SYSTEM', '03-02T11:30', true, {}],
    [
      'an end by the system a second earlier',
      'COMPLETED',
      'SCHEDULED',
      'SYSTEM',
      '03-02T11:29:59',
      false,
      {},
    ],
    ['an end by the tutor at once', 'COMPLETED', 'IN_PROGRESS', 'TUTOR', '03-02T10:00', true, {}],
    ['an answer before the start', 'ACCEPTED', 'REQUESTED', 'TUTOR', '03-02T09:59:59', true, {}],
    ['an answer at the start', 'ACCEPTED', 'REQUESTED', 'TUTOR', '03-02T10:00', false, {}],
    ['an answer after 48 hours', 'ACCEPTED', 'REQUESTED', 'TUTOR', '02-27T00:00', false, early()],
    ['a lapse after 48 hours', 'EXPIRED', 'REQUESTED', 'SYSTEM', '02-27T00:00', true, early()],
    ['a lapse a second earlier', 'EXPIRED', 'REQUESTED', 'SYSTEM', '02-26T23:59:59', false, early()],
    ['a lapse at the start', 'EXPIRED', 'REQUESTED', 'SYSTEM', '03-02T10:00', true, {}],
    ['a correction within 72 hours', 'CORRECTED', 'NO_SHOW', 'ADMIN', '03-05T10:59:59', true, {}],
    ['a correction after 72 hours', 'CORRECTED', 'NO_SHOW', 'ADMIN', '03-05T11:00', false, {}],
    ['a correction of a late outcome', 'CORRECTED', 'COMPLETED', 'ADMIN', '03-05T11:29', true, ended()],
  ])('%s', (_what, change, status, actor, now, expected, rest) => {
    expect(at(change, status, actor, now, rest)).toBe(expected);
  });
});

function early(): Partial<Lesson> {
  return { createdAt: new Date('2026-02-25T00:00:00Z') };
}

function ended(): Partial<Lesson> {
  return { outcomeAt: new Date('2026-03-02T11:30:00Z') };
}

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
    ['a minute before the window', '2026-03-01T09:59:00Z', false, {}],
    ['as the window opens', '2026-03-01T10:00:00Z', false, {}],
    ['a second into the window', '2026-03-01T10:00:01Z', true, {}],
    ['after the start', '2026-03-02T10:30:00Z', true, {}],
  ])('%s is late or not', (_when, now, late) => {
    expect(isLate(lesson, new Date(now))).toBe(late);
  });

  it('of a request is never late', () => {
    expect(isLate({ ...lesson, status: 'REQUESTED' }, new Date('2026-03-02T09:59:00Z'))).toBe(false);
  });
});
