import { type AttendanceEvent, absentParty, intervalsOf } from '../../src/modules/lessons/attendance.js';
import type { Lesson } from '../../src/modules/lessons/lesson.js';

/** `t1+10:00`: the tutor comes on device 1 at 10:00; `-` leaves. */
function events(...texts: string[]): AttendanceEvent[] {
  return texts.map((text) => {
    const [, userId = '', sessionId = '', sign, time] = /^(\w)(\d)([+-])(.+)$/.exec(text) ?? [];
    return { userId, sessionId, present: sign === '+', at: new Date(`2026-03-02T${time}:00Z`) };
  });
}

function shown(...texts: string[]): string[] {
  const time = (at: Date | null) => at?.toISOString().slice(11, 16) ?? '';
  return intervalsOf(events(...texts)).map(({ userId, from, to }) => `${userId} ${time(from)}-${time(to)}`);
}

describe('attendance', () => {
  it.each([
    ['one visit', ['t1+10:00', 't1-10:30'], ['t 10:00-10:30']],
    ['somebody who is still there', ['t1+10:00'], ['t 10:00-']],
    ['two visits', ['t1+10:00', 't1-10:10', 't1+10:20', 't1-10:30'], ['t 10:00-10:10', 't 10:20-10:30']],
    [
      'events that came in another order',
      ['t1-10:30', 't1+10:20', 't1-10:10', 't1+10:00'],
      ['t 10:00-10:10', 't 10:20-10:30'],
    ],
    ['coming twice', ['t1+10:00', 't1+10:05', 't1-10:30'], ['t 10:00-10:30']],
    ['leaving twice', ['t1+10:00', 't1-10:10', 't1-10:30'], ['t 10:00-10:10']],
    ['two devices at once', ['t1+10:00', 't2+10:10', 't1-10:20', 't2-10:30'], ['t 10:00-10:30']],
    ['from one device to another', ['t1+10:00', 't1-10:10', 't2+10:10', 't2-10:30'], ['t 10:00-10:30']],
    [
      'a lost socket told after the return',
      ['t1+10:00', 't1+10:20', 't1-10:15'],
      ['t 10:00-10:15', 't 10:20-'],
    ],
    ['leaving without having come', ['t1-10:10'], []],
    ['two people', ['t1+10:00', 's1+10:05', 't1-10:30'], ['t 10:00-10:30', 's 10:05-']],
  ])('of %s is merged into intervals', (_what, given, expected) => {
    expect(shown(...given)).toEqual(expected);
  });

  it.each([
    ['both', ['t1+09:50', 's1+10:00'], null],
    ['only the tutor', ['t1+10:05', 't1-10:10'], 'STUDENT'],
    ['only the student', ['s1+10:59'], 'TUTOR'],
    ['nobody', [], 'BOTH'],
    ['a student who left before the start', ['t1+10:00', 's1+09:50', 's1-10:00'], 'STUDENT'],
    ['a student who came when it was over', ['t1+10:00', 's1+11:00'], 'STUDENT'],
  ])('of %s tells who was absent', (_who, given, expected) => {
    const lesson = {
      tutorId: 't',
      studentId: 's',
      startsAt: new Date('2026-03-02T10:00:00Z'),
      endsAt: new Date('2026-03-02T11:00:00Z'),
    } as Lesson;
    expect(absentParty(lesson, intervalsOf(events(...given)))).toBe(expected);
  });
});
