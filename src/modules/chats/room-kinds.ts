import { type RoomKind, roomKinds } from './rooms.js';

/**
 * What there is to know of a kind of room. Its SQL gives rows of `id, kind, organization_id, user_id, standing,
 * writable, since, last_at, made_at`; $1 is the school. `standing` is null for who may not use the room: that is the kind's
 * rule of access, and the only place where it stands. `last_at` is when the last message was sent, 1970 without one.
 */
interface RoomKindDefinition {
  /** The column of a message that names the subject; `room_id` is generated from it. */
  readonly subjectColumn: string;
  /** The rooms and users of `asked (room_id, user_id)`: one row for each room that exists. */
  readonly asked: string;
  /** The rooms among which those of the user $2 are. */
  readonly ofUser: string;
  /** Of the rooms whose ids are in $2 and that are in use: `id, kind, participants`, the ids of all who are in it. */
  readonly participants: string;
}

const lastMessage = (subject: string) =>
  `coalesce((SELECT max(m.created_at) FROM chat_message m WHERE m.${subject}), 'epoch')`;

/** For the rooms of a pair: both, while their relation is active. */
const ofPair = (pair: string, user: string, active: string) => `
  CASE WHEN NOT ${active} THEN NULL WHEN ${pair}.tutor_id = ${user} THEN 'leader'
       WHEN ${pair}.student_id = ${user} THEN 'member' END`;

const lessons = (user: string, from: string) => `
  SELECT l.id, 'lesson'::text AS kind, l.organization_id, ${user} AS user_id,
         ${ofPair('l', user, '(r.id IS NOT NULL)')} AS standing, true AS writable, 0 AS since,
         ${lastMessage('lesson_id = l.id')} AS last_at, l.created_at AS made_at
    FROM ${from}
    LEFT JOIN tutor_student_relation r ON r.organization_id = l.organization_id
          AND r.tutor_id = l.tutor_id AND r.student_id = l.student_id AND r.status = 'ACTIVE'
   WHERE l.organization_id = $1::uuid`;

const classrooms = (user: string, from: string) => `
  SELECT c.id, 'classroom'::text AS kind, c.organization_id, ${user} AS user_id,
         CASE WHEN cm.role IN ('TUTOR', 'CO_TUTOR') THEN 'leader' WHEN cm.role = 'MEMBER' THEN 'member' END AS standing,
         c.archived_at IS NULL AS writable, coalesce(cm.joined_sequence, 0) AS since,
         ${lastMessage('classroom_id = c.id')} AS last_at, c.created_at AS made_at
    FROM ${from}
    LEFT JOIN classroom_member cm ON cm.classroom_id = c.id AND cm.user_id = ${user} AND cm.left_at IS NULL
   WHERE c.organization_id = $1::uuid`;

const relations = (user: string, from: string) => `
  SELECT r.id, 'relation'::text AS kind, r.organization_id, ${user} AS user_id,
         ${ofPair('r', user, `(r.status = 'ACTIVE')`)} AS standing, true AS writable, 0 AS since,
         ${lastMessage('relation_id = r.id')} AS last_at, r.created_at AS made_at
    FROM ${from}
   WHERE r.organization_id = $1::uuid`;

/** All kinds. A new one is a line in `roomKinds`, an entry here and a column of `chat_message`. */
export const kindDefinitions: Readonly<Record<RoomKind, RoomKindDefinition>> = {
  lesson: {
    subjectColumn: 'lesson_id',
    asked: lessons('asked.user_id', 'asked JOIN lesson l ON l.id = asked.room_id'),
    ofUser: `${lessons('$2::uuid', 'lesson l')} AND l.tutor_id = $2::uuid
      UNION ALL ${lessons('$2::uuid', 'lesson l')} AND l.student_id = $2::uuid`,
    participants: `
      SELECT l.id, 'lesson'::text AS kind, ARRAY[l.tutor_id, l.student_id]::text[] AS participants
        FROM lesson l JOIN tutor_student_relation r ON r.organization_id = l.organization_id
             AND r.tutor_id = l.tutor_id AND r.student_id = l.student_id AND r.status = 'ACTIVE'
       WHERE l.organization_id = $1::uuid AND l.id = ANY ($2::uuid[])`,
  },
  classroom: {
    subjectColumn: 'classroom_id',
    asked: classrooms('asked.user_id', 'asked JOIN classroom c ON c.id = asked.room_id'),
    ofUser: classrooms(
      '$2::uuid',
      'classroom_member mine JOIN classroom c ON c.id = mine.classroom_id',
    ).concat(' AND mine.user_id = $2::uuid AND mine.left_at IS NULL'),
    participants: `
      SELECT c.id, 'classroom'::text AS kind, ARRAY(
               SELECT cm.user_id::text FROM classroom_member cm WHERE cm.classroom_id = c.id AND cm.left_at IS NULL
             ) AS participants
        FROM classroom c WHERE c.organization_id = $1::uuid AND c.id = ANY ($2::uuid[])`,
  },
  relation: {
    subjectColumn: 'relation_id',
    asked: relations('asked.user_id', 'asked JOIN tutor_student_relation r ON r.id = asked.room_id'),
    ofUser: `${relations('$2::uuid', 'tutor_student_relation r')} AND r.tutor_id = $2::uuid AND r.status = 'ACTIVE'
      UNION ALL ${relations('$2::uuid', 'tutor_student_relation r')} AND r.student_id = $2::uuid AND r.status = 'ACTIVE'`,
    participants: `
      SELECT r.id, 'relation'::text AS kind, ARRAY[r.tutor_id, r.student_id]::text[] AS participants
        FROM tutor_student_relation r
       WHERE r.organization_id = $1::uuid AND r.id = ANY ($2::uuid[]) AND r.status = 'ACTIVE'`,
  },
};

/** One part of the SQL of every kind, joined together. */
export function ofAllKinds(part: 'asked' | 'ofUser' | 'participants'): string {
  return roomKinds.map((kind) => kindDefinitions[kind][part]).join(' UNION ALL ');
}

/** The kind of a message's room as an SQL expression, from the one subject that the message has. */
export const kindOfMessage = `CASE ${roomKinds
  .map((kind) => `WHEN m.${kindDefinitions[kind].subjectColumn} IS NOT NULL THEN '${kind}'`)
  .join(' ')} END`;
