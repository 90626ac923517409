import { lessonOf } from './lesson-tables.js';
import { idOf, messagesOfRoom, placeOfMessage, type Shape } from './shape.js';
import { at, day, minute, type Tables, table } from './table.js';
import { messageText } from './words.js';

/** The n-th room: the id of its subject, its school, and two who write in it. */
export function roomOf(shape: Shape, n: number, now: number) {
  const { school, tutor, student } = lessonOf(shape, n, now);
  return { kind: 'lesson' as const, id: idOf('lesson', n), school, writers: [tutor, student] as const };
}

/** Messages, how far they were read, and the log of channels. */
export const chatTables: Tables = (shape, now) => {
  const { rows, messages } = shape;
  const sentAt = (n: number) => at(now - 30 * day + Math.floor((n / messages) * 30 * day));
  const events = Math.min(rows, messages);
  const channels = ['inbox', 'lessons', 'notifications'];
  return [
    table(
      'chat_message',
      'id organization_id lesson_id sequence author_id client_message_id body created_at edited_at deleted_at',
      messages,
      (n) => {
        const { room, sequence } = placeOfMessage(shape, n);
        const { id, school, writers } = roomOf(shape, room, now);
        const deleted = n % 100 === 99;
        return [
          ...[idOf('message', n), school, id, sequence, writers[sequence % 3 === 0 ? 0 : 1]],
          ...[n % 2 ? `c${n}` : null, deleted ? null : messageText(n), sentAt(n)],
          ...[n % 50 === 7 ? sentAt(n) : null, deleted ? sentAt(n) : null],
        ];
      },
    ),
    // Both of a room; the last few of each room are unread.
    table('chat_read_marker', 'user_id room_id up_to_sequence updated_at', rows, (n) => {
      const { id, writers } = roomOf(shape, n >> 1, now);
      const read = messagesOfRoom(shape, n >> 1) - (n % 7);
      return [writers[n & 1 ? 1 : 0], id, Math.max(0, read), at(now - minute)];
    }),
    table('channel', 'id last_seq last_tag', rows, (n) => {
      const last = messagesOfRoom(shape, n);
      return [`chat:${roomOf(shape, n, now).id}`, last, last];
    }),
    table('channel', 'id', rows, (n) => {
      const person = Math.floor(n / channels.length);
      return [`${channels[n % channels.length]}:${idOf('user', person)}`];
    }),
    table('channel_event', 'channel seq tag kind actor_id payload occurred_at xid', events, (n) => {
      const message = messages - events + n;
      const { room, sequence } = placeOfMessage(shape, message);
      const { id, writers } = roomOf(shape, room, now);
      // As if a transaction long ago had written each.
      return [
        ...[`chat:${id}`, sequence, sequence, 'message.sent', writers[sequence % 3 === 0 ? 0 : 1]],
        ...[`{"messageId": "${idOf('message', message)}"}`, at(now - 6 * day + n), 3 + (n % 700)],
      ];
    }),
  ];
};
