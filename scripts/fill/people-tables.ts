import { roomOf } from './chat-tables.js';
import { idOf, pairOf, people, scatter, schoolOf, schoolOfTutor } from './shape.js';
import { at, bytes, day, hour, minute, type Tables, table } from './table.js';

/** Schools, people, their sessions and what else belongs to an account. */
export const peopleTables: Tables = (shape, now) => {
  const { tutors, students, otherRows: rows } = shape;
  const count = people.count(shape);
  const school = (person: number) => idOf('organization', schoolOf(shape, person));
  const role = (n: number) => (n < tutors ? 'TUTOR' : n < tutors + students ? 'STUDENT' : 'ADMIN');
  return [
    table('organization', 'id name', 2, (n) => [idOf('organization', n), `School ${n + 1}`]),
    table(
      'app_user',
      'id organization_id email password_hash display_name role locale created_at email_verified_at',
      count,
      (n) => [
        ...[idOf('user', n), school(n), `person${n}@large.example`, 'none', `Person ${scatter(n, count)}`],
        ...[role(n), n % 3 === 0 ? 'en' : 'uk', at(now - 300 * day + n), at(now - 299 * day)],
      ],
    ),
    // Newcomers who have not proved their address; three of them so long ago that they are to be forgotten.
    table('app_user', 'id organization_id email password_hash display_name role created_at', 200, (n) => [
      ...[idOf('user', count + n), idOf('organization', n % 2), `new${n}@large.example`, 'none', `New ${n}`],
      ...['STUDENT', at(now - (n < 3 ? 40 : 10) * day + n)],
    ]),
    // The first of each person never ends: tests sign in with it.
    table('session', 'id user_id created_at last_used_at expires_at', Math.max(rows, count), (n) => {
      const round = Math.floor(n / count);
      const from = now - round * 20 * day - scatter(n, 1_000) * minute;
      return [
        ...[idOf('session', n), idOf('user', n % count), at(from), at(from)],
        at(round === 0 ? now + 400 * day : from + 30 * day),
      ];
    }),
    table('refresh_token', 'hash session_id generation created_at used_at', rows, (n) => [
      ...[bytes(n), idOf('session', n >> 1), n & 1, at(now - day), n & 1 ? null : at(now)],
    ]),
    table('account_link', 'id user_id kind created_at expires_at used_at', rows, (n) => {
      const from = now - scatter(n, 1_000) * minute;
      const kind = n % 2 ? 'PASSWORD_RESET' : 'EMAIL_VERIFICATION';
      return [idOf('link', n), idOf('user', n % count), kind, at(from), at(from + day), at(from + hour)];
    }),
    table('idempotency_key', 'user_id operation key input_hash result_id created_at', rows, (n) => [
      ...[idOf('user', n % count), 'scheduleLesson', `key-${n}`, bytes(n), idOf('lesson', n)],
      at(now - scatter(n, 1_380) * minute),
    ]),
    table('push_subscription', 'id organization_id user_id session_id endpoint p256dh auth', count, (n) => [
      ...[idOf('push', n), school(n), idOf('user', n), idOf('session', n)],
      ...[`https://push.example.org/${n}`, bytes(n, 65), bytes(n, 16)],
    ]),
    table('calendar_feed', 'user_id organization_id key secret_hash', count, (n) => [
      ...[idOf('user', n), school(n), idOf('other', n), bytes(n)],
    ]),
    table('notification_settings', 'user_id organization_id digest', count, (n) => [
      ...[idOf('user', n), school(n), n % 10 === 0 ? 'DAILY' : 'IMMEDIATE'],
    ]),
    table('webhook_endpoint', 'id organization_id url events secret', 4, (n) => [
      ...[idOf('endpoint', n), idOf('organization', n % 2), `https://hooks.example.org/${n}`],
      ...['{lesson.scheduled}', bytes(n)],
    ]),
    table(
      'availability_window',
      'tutor_id weekday from_minute to_minute organization_id',
      tutors * 5,
      (n) => [
        ...[idOf('user', n % tutors), 1 + Math.floor(n / tutors), 7 * 60, 20 * 60],
        idOf('organization', schoolOfTutor(n % tutors)),
      ],
    ),
    table('audit_entry', 'organization_id seq occurred_at actor_id action previous_hash hash', rows, (n) => [
      ...[idOf('organization', n % 2), (n >> 1) + 1, at(now - 300 * day + n), idOf('user', n % count)],
      ...[n % 5_000 < 2 ? 'plan.changed' : 'session.opened', bytes(n), bytes(n + 2)],
    ]),
    table('audit_head', 'organization_id last_seq last_hash', 2, (n) => [
      ...[idOf('organization', n), Math.floor((rows + 1 - n) / 2), bytes(rows + ((rows + n) % 2))],
    ]),
    // One in a hundred has expired.
    table(
      'invitation',
      'id organization_id inviter_id role sealed_address created_at expires_at',
      rows,
      (n) => [
        ...[idOf('invitation', n), idOf('organization', schoolOfTutor(n % tutors)), idOf('user', n % tutors)],
        ...['STUDENT', 'sealed', at(now - 8 * day + n), at(n % 100 ? now + day + n : now - hour)],
      ],
    ),
    table('known_device', 'user_id hash seen_at', rows, (n) => [
      ...[idOf('user', n % count), bytes(n), at(now - (n % 100 ? scatter(n, 100) : 200) * day)],
    ]),
    table(
      'room_export',
      'id organization_id user_id room_id room_kind format last_sequence secret_hash created_at expires_at',
      rows,
      (n) => {
        const { id, kind, school, writer } = roomOf(shape, n, now);
        const from = now - (n % 100 ? scatter(n, 1_000) : 1_500) * minute;
        return [
          ...[
            idOf('export', n),
            school,
            writer(0),
            id,
            kind,
            'TEXT',
            1,
            bytes(n),
            at(from),
            at(from + minute),
          ],
        ];
      },
    ),
    table(
      'tutor_student_relation',
      'id organization_id tutor_id student_id status created_at ended_at',
      rows,
      (n) => {
        const active = n < shape.pairs;
        // A student has relations with neighbours of the own tutor, in the same school.
        const round = 1 + Math.floor(n / students);
        const own = pairOf(shape, n % students);
        const tutor = active ? own.tutor : (own.tutor + 2 * round) % tutors;
        const status = active ? 'ACTIVE' : n % 20 === 0 ? 'INVITED' : n % 20 === 1 ? 'DECLINED' : 'ENDED';
        const from = now - 200 * day + scatter(n, 100_000) * minute;
        return [
          ...[idOf('relation', n), idOf('organization', schoolOfTutor(tutor)), idOf('user', tutor)],
          ...[idOf('user', people.student(shape, own.student)), status, at(from)],
          status === 'ENDED' ? at(from + day) : null,
        ];
      },
    ),
  ];
};
