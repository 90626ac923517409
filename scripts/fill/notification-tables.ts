import { encodeId } from '../../src/shared/ids.js';
import { lessonOf } from './lesson-tables.js';
import { idOf, scatter } from './shape.js';
import { at, day, minute, type Tables, table } from './table.js';

/** Notifications, and the queue: most items are finished, one in fifty waits for a later time. */
export const notificationTables: Tables = (shape, now) => {
  const madeAt = (n: number) => now - 30 * day + Math.floor((n / shape.rows) * 30 * day);
  return [
    table(
      'notification',
      'id organization_id user_id type source_key subject data created_at read_at digest_at',
      shape.rows,
      (n) => {
        const { school, tutor, student } = lessonOf(shape, n, now);
        return [
          ...[
            idOf('notification', n),
            school,
            n % 3 ? tutor : student,
            'lesson.scheduled',
            `source-${n}`,
            encodeId('lesson', idOf('lesson', n)),
          ],
          ...[`{"lessonId": "${idOf('lesson', n)}"}`, at(madeAt(n)), n % 40 ? at(madeAt(n) + minute) : null],
          n % 200 ? null : at(now + day),
        ];
      },
    ),
    table(
      'notification_queue_item',
      'id organization_id user_id event_type channel payload dedupe_key status priority attempts run_at created_at finished_at',
      shape.rows,
      (n) => {
        const { school, tutor } = lessonOf(shape, n, now);
        const status = n % 50 ? (n % 997 ? 'COMPLETED' : 'FAILED') : 'PENDING';
        const finished = status === 'PENDING' ? null : at(madeAt(n) + minute - 23 * day);
        return [
          ...[idOf('item', n), school, tutor, 'lesson.reminder', n % 50 ? 'EMAIL' : null],
          ...[`{"lessonId": "${idOf('lesson', n)}"}`, status === 'PENDING' ? `reminder-${n}` : null, status],
          ...[scatter(n, 3), status === 'FAILED' ? 4 : 0],
          ...[
            at(status === 'PENDING' ? now + (1 + scatter(n, 20)) * day : madeAt(n)),
            at(madeAt(n)),
            finished,
          ],
        ];
      },
    ),
  ];
};
