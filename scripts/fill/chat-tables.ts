import { lessonOf } from './lesson-tables.js';
import {
  idOf,
  memberOfClassroom,
  messagesOfRoom,
  placeOfMessage,
  roomsWithMessages,
  type Shape,
  schoolOfTutor,
  subjectOfRoom,
} from './shape.js';
import { at, day, hour, minute, type Tables, table } from './table.js';
import { messageText } from './words.js';

/** The n-th room: the id of its subject, its school, and who writes in it, the most often the second. */
export function roomOf(shape: Shape, n: number, now: number) {
  const { kind, n: subject } = subjectOfRoom(shape, n);
  if (kind === 'classroom') {
    const writer = (place: number) =>
      idOf('user', memberOfClassroom(shape, subject, place % shape.membersOfClassroom));
    const school = idOf('organization', schoolOfTutor(subject % shape.tutors));
    return { kind, id: idOf(kind, subject), school, writer };
  }
  // The first pairs have their relation and their lessons in common.
  const { school, tutor, student } = lessonOf(shape, subject, now);
  return {
    kind,
    id: idOf(kind, subject),
    school,
    writer: (place: number) => (place % 3 === 0 ? tutor : student),
  };
}

/** Messages, how far they were read, and the log of channels. */
export const chatTables: Tables = (shape, now) => {
  const { rows, otherRows, messages } = shape;
  const sentAt = (n: number) => at(now - 30 * day + Math.floor((n / messages) * 30 * day));
  const events = Math.min(rows, messages);
  const channels = ['inbox', 'lessons', 'notifications'];
  const { classrooms, membersOfClassroom: members } = shape;
  const tutorOf = (classroom: number) => classroom % shape.tutors;
  return [
    table('classroom', 'id organization_id tutor_id name member_count created_at', classrooms, (n) => [
      ...[idOf('classroom', n), idOf('organization', schoolOfTutor(tutorOf(n))), idOf('user', tutorOf(n))],
      ...[`Class ${n + 1}`, members, at(now - 100 * day + n)],
    ]),
    table(
      'classroom_member',
      'classroom_id user_id organization_id role joined_at',
      classrooms * (1 + members),
      (n) => {
        const [classroom, place] = [n % classrooms, Math.floor(n / classrooms)];
        return [
          ...[idOf('classroom', classroom), idOf('user', memberOfClassroom(shape, classroom, place))],
          ...[idOf('organization', schoolOfTutor(tutorOf(classroom))), place === 0 ? 'TUTOR' : 'MEMBER'],
          at(now - 90 * day + n),
        ];
      },
    ),
    table(
      'chat_message',
      'id organization_id lesson_id classroom_id relation_id sequence author_id client_message_id body created_at edited_at deleted_at',
      messages,
      (n) => {
        const { room, sequence } = placeOfMessage(shape, n);
        const { kind, id, school, writer } = roomOf(shape, room, now);
        const deleted = n % 100 === 99;
        return [
          ...[idOf('message', n), school, kind === 'lesson' ? id : null, kind === 'classroom' ? id : null],
          ...[kind === 'relation' ? id : null, sequence, writer(sequence)],
          ...[n % 2 ? `c${n}` : null, deleted ? null : messageText(n), sentAt(n)],
          ...[n % 50 === 7 ? sentAt(n) : null, deleted ? sentAt(n) : null],
        ];
      },
    ),
    table('chat_reaction', 'message_id user_id emoji organization_id', otherRows, (n) => {
      const { school, writer } = roomOf(shape, placeOfMessage(shape, n).room, now);
      return [idOf('message', n), writer(n), '👍', school];
    }),
    table('chat_mention', 'message_id user_id organization_id', otherRows, (n) => {
      const { school, writer } = roomOf(shape, placeOfMessage(shape, n).room, now);
      return [idOf('message', n), writer(n + 1), school];
    }),
    // One in a hundred waits for an admin.
    table(
      'message_report',
      'id organization_id message_id room_id room_kind author_id reporter_id reason sent_at state created_at resolved_at kept_until',
      otherRows,
      (n) => {
        const { room, sequence } = placeOfMessage(shape, n);
        const { id, kind, school, writer } = roomOf(shape, room, now);
        const [madeAt, open] = [sentAt(n), n % 100 === 0];
        return [
          ...[idOf('report', n), school, idOf('message', n), id, kind, writer(sequence)],
          ...[writer(sequence + (sequence % 3 === 0 ? 1 : 3 - (sequence % 3))), 'SPAM', madeAt],
          ...[open ? 'OPEN' : 'DISMISSED', madeAt, open ? null : madeAt],
          at(n % 200 === 1 ? now - hour : now + 300 * day),
        ];
      },
    ),
    // Two of each room; the last few of each room are unread.
    table('chat_read_marker', 'user_id room_id up_to_sequence updated_at', otherRows, (n) => {
      const { id, writer } = roomOf(shape, n >> 1, now);
      const read = messagesOfRoom(shape, n >> 1) - (n % 7);
      return [writer(n & 1), id, Math.max(0, read), at(now - minute)];
    }),
    table('channel', 'id last_seq last_tag', roomsWithMessages(shape), (n) => {
      const last = messagesOfRoom(shape, n);
      return [`chat:${roomOf(shape, n, now).id}`, last, last];
    }),
    table('channel', 'id', otherRows, (n) => {
      const person = Math.floor(n / channels.length);
      return [`${channels[n % channels.length]}:${idOf('user', person)}`];
    }),
    table('channel_event', 'channel seq tag kind actor_id payload occurred_at xid', events, (n) => {
      const message = messages - events + n;
      const { room, sequence } = placeOfMessage(shape, message);
      const { id, writer } = roomOf(shape, room, now);
      // As if a transaction long ago had written each.
      return [
        ...[`chat:${id}`, sequence, sequence, 'message.sent', writer(sequence)],
        ...[`{"messageId": "${idOf('message', message)}"}`, at(now - 6 * day + n), 3 + (n % 700)],
      ];
    }),
  ];
};
