import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { roomKinds } from '../../chats/rooms.js';
import { findUnreadFacts, isToldByLater, type UnreadFacts } from '../room-facts.js';
import { eventType } from './definition.js';

/** Counting ends here. */
const countedTo = 100;

const data = z.object({
  /** Of the lesson or the classroom; empty for the chat of a relation, which is that of the two. */
  roomTitle: z.string(),
  /** Of the last message. */
  authorName: z.string(),
  count: z.int(),
  /** The last message that is counted: a later event with no higher one has nothing to add. */
  sequence: z.int(),
});

/** Why this member is not told of messages from `since` to `sequence`; null when there is something to tell. */
function refusal(facts: UnreadFacts | undefined, sequence: number, since = sequence): string | null {
  if (!facts) return 'The user has no access to the chat any more.';
  if (facts.readUpTo >= sequence) return 'The message was read meanwhile.';
  return facts.count === 0 || facts.lastSequence < since ? 'The message was deleted meanwhile.' : null;
}

/**
 * Messages of a room that a member has not read. A user has one such notification per room for ever, so the key has no
 * sequence in it: a later message renews it (count, last author, time) and makes it unread again. That way the unique
 * key alone keeps concurrent workers from telling twice, and `data.sequence` tells what has been told already.
 */
export const messageUnread = eventType({
  payload: z.object({
    roomId: z.guid(),
    kind: z.enum(roomKinds),
    sequence: z.int(),
    /** The first of those that were written together with it. */
    since: z.int().optional(),
    authorId: z.guid(),
  }),
  data,
  async expand(on, { organizationId, payload: { roomId, kind, sequence, since, authorId } }) {
    // Where many talk, one message of a minute tells of all of them: those before it would reach the same people.
    if (kind === 'classroom' && (await isToldByLater(on, { organizationId, roomId, sequence })))
      return { kind: 'nobody', reason: 'A later message of the same minute tells it.' };
    const members = await findUnreadFacts(on, { organizationId, roomId, userId: null });
    const others = members.filter(({ userId }) => userId !== authorId);
    const told = others.filter((member) => refusal(member, sequence, since) === null);
    if (told.length === 0) {
      return { kind: 'nobody', reason: refusal(others[0], sequence, since) ?? 'There is nobody to tell.' };
    }
    return {
      kind: 'tell',
      sourceKey: `message.unread:${roomId}`,
      renews: true,
      subject: encodeId('room', roomId),
      recipients: told.map(({ userId, roomTitle, authorName, count, lastSequence }) => ({
        userId,
        data: { roomTitle, authorName, count, sequence: lastSequence },
      })),
    };
  },
  async obsolete(on, { organizationId, userId, subjectId, readAt, data: { sequence } }) {
    if (readAt) return 'The notification was read meanwhile.';
    const [facts] = await findUnreadFacts(on, { organizationId, roomId: subjectId, userId });
    return refusal(facts, sequence);
  },
  text: {
    uk: ({ roomTitle, authorName, count }) => ({
      title: `${shown(count)} ${ukrainian(count)}: ${roomTitle ? `«${roomTitle}»` : authorName}`,
      body: `Останнє: ${authorName}.`,
    }),
    en: ({ roomTitle, authorName, count }) => ({
      title: `${shown(count)} unread ${count === 1 ? 'message' : 'messages'} ${roomTitle ? `in “${roomTitle}”` : `from ${authorName}`}`,
      body: `The last one is from ${authorName}.`,
    }),
  },
});

function shown(count: number): string {
  return count >= countedTo ? `${countedTo}+` : String(count);
}

function ukrainian(count: number): string {
  switch (new Intl.PluralRules('uk').select(count)) {
    case 'one':
      return 'непрочитане повідомлення';
    case 'few':
      return 'непрочитані повідомлення';
    default:
      return 'непрочитаних повідомлень';
  }
}
