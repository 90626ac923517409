import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { findMentionFacts, type MentionFacts } from '../room-facts.js';
import { eventType } from './definition.js';

const data = z.object({
  /** Empty for the chat of a relation, which is that of the two. */
  roomTitle: z.string(),
  authorName: z.string(),
});

function refusal(facts: MentionFacts | undefined): string | null {
  if (!facts) return 'The message was deleted, or the user has no access to it any more.';
  return facts.read ? 'The message was read meanwhile.' : null;
}

/** A message names somebody who is in its room. */
export const messageMention = eventType({
  payload: z.object({ messageId: z.guid() }),
  data,
  async expand(on, { organizationId, payload: { messageId } }) {
    const mentioned = await findMentionFacts(on, { organizationId, messageId, userId: null });
    const told = mentioned.filter((facts) => refusal(facts) === null);
    if (told.length === 0)
      return { kind: 'nobody', reason: refusal(mentioned[0]) ?? 'There is nobody to tell.' };
    return {
      kind: 'tell',
      sourceKey: `message.mention:${messageId}`,
      subject: encodeId('message', messageId),
      recipients: told.map(({ userId, roomTitle, authorName }) => ({
        userId,
        data: { roomTitle, authorName },
      })),
    };
  },
  async obsolete(on, { organizationId, userId, subjectId, readAt }) {
    if (readAt) return 'The notification was read meanwhile.';
    const [facts] = await findMentionFacts(on, { organizationId, messageId: subjectId, userId });
    return refusal(facts);
  },
  text: {
    uk: ({ roomTitle, authorName }) => ({
      title: `${authorName} згадує вас у повідомленні`,
      body: roomTitle ? `У чаті «${roomTitle}».` : 'У вашому чаті.',
    }),
    en: ({ roomTitle, authorName }) => ({
      title: `${authorName} mentions you in a message`,
      body: roomTitle ? `In the chat of “${roomTitle}”.` : 'In the chat of the two of you.',
    }),
  },
});
