import { idOf, pairOf, people, type Shape, scatter, schoolOfTutor } from './shape.js';
import { at, day, hour, type Tables, table } from './table.js';

/** Lessons of a pair before today; the others are to come. */
const past = 90;

/** The n-th lesson: whose it is, when, and what became of it. Lessons of a pair are a day apart, pairs of a tutor an hour. */
export function lessonOf(shape: Shape, n: number, now: number) {
  const pair = n % shape.pairs;
  const place = Math.floor(n / shape.pairs);
  const { tutor, student } = pairOf(shape, pair);
  const today = Math.floor(now / day) * day;
  const startsAt = today + (place - past) * day + (7 + (Math.floor(pair / shape.tutors) % 12)) * hour;
  const chance = scatter(n, 100);
  const over = chance < 3 ? 'CANCELLED' : chance < 5 ? 'NO_SHOW' : chance < 6 ? 'DECLINED' : 'COMPLETED';
  // A few of yesterday are left to the sweep.
  const overdue = place === past - 1 && pair < 20;
  const coming = chance < 5 ? 'REQUESTED' : 'SCHEDULED';
  const status = overdue ? 'SCHEDULED' : place <= past ? over : coming;
  return {
    tutor: idOf('user', tutor),
    student: idOf('user', people.student(shape, student)),
    school: idOf('organization', schoolOfTutor(tutor)),
    ...{ pair, place, startsAt, status },
    /** Every tenth pair has its lessons in a series. */
    series: pair % 10 === 0 && place < 200 ? pair / 10 : null,
  };
}

/** Lessons, their history, their attendance and their series. */
export const lessonTables: Tables = (shape, now) => {
  const lesson = (n: number) => lessonOf(shape, n, now);
  return [
    table(
      'lesson_series',
      'id organization_id tutor_id student_id rrule time_zone local_start duration_minutes occurrences skipped',
      Math.ceil(shape.pairs / 10),
      (n) => {
        const { school, tutor, student, startsAt } = lesson(n * 10);
        return [
          ...[
            idOf('series', n),
            school,
            tutor,
            student,
            'FREQ=DAILY;COUNT=200',
            'UTC',
            at(startsAt).slice(0, 19),
          ],
          ...[50, 200, '{}'],
        ];
      },
    ),
    table(
      'lesson',
      'id organization_id tutor_id student_id title notes starts_at ends_at status cancelled_at cancelled_by_id no_show_party outcome_at created_at series_id series_position series_local_start',
      shape.rows,
      (n) => {
        const { school, tutor, student, startsAt, status, series, place } = lesson(n);
        const cancelled = status === 'CANCELLED';
        const held = status === 'COMPLETED' || status === 'NO_SHOW';
        return [
          ...[idOf('lesson', n), school, tutor, student, `Lesson ${place + 1}`],
          ...[
            n % 4 ? null : `Повторити тему ${scatter(n, 5_000)}`,
            at(startsAt),
            at(startsAt + 50 * 60_000),
            status,
          ],
          ...[cancelled ? at(startsAt - day) : null, cancelled ? tutor : null],
          ...[status === 'NO_SHOW' ? 'STUDENT' : null, held ? at(startsAt + hour) : null],
          // Requests lapse after two days.
          at(status === 'REQUESTED' ? now - hour - scatter(n, 40) * hour : startsAt - 14 * day),
          ...(series === null
            ? [null, null, null]
            : [idOf('series', series), place + 1, at(startsAt).slice(0, 19)]),
        ];
      },
    ),
    table('lesson_history', 'lesson_id version organization_id at by_id change to', shape.otherRows, (n) => {
      const { school, tutor, startsAt } = lesson(n);
      return [idOf('lesson', n), 1, school, at(startsAt - 14 * day), tutor, 'SCHEDULED', 'SCHEDULED'];
    }),
    table(
      'lesson_attendance',
      'lesson_id user_id session_id at present organization_id',
      shape.otherRows,
      (n) => {
        const { school, tutor, startsAt } = lesson(n >> 1);
        const session = idOf('session', 0);
        return [idOf('lesson', n >> 1), tutor, session, at(startsAt + (n & 1) * hour), !(n & 1), school];
      },
    ),
  ];
};
