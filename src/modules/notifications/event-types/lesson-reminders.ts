import { z } from 'zod';
import { encodeId } from '../../../shared/ids.js';
import { findLessonFacts, type LessonFacts } from '../facts.js';
import { eventType, userOf } from './definition.js';
import { dataOf, lessonData, notTheirs, unless, withWhom } from './lesson-event.js';

/** Why nobody is reminded that a lesson begins at `startsAt`; null when they are. */
function refusal(facts: LessonFacts | null, startsAt: string): string | null {
  if (!facts) return notTheirs;
  if (facts.startsAt.toISOString() !== startsAt) return 'The lesson was moved.';
  return unless('SCHEDULED')(facts) ?? (facts.upcoming ? null : 'The lesson has begun.');
}

/**
 * A lesson begins soon. The item is due at its time, and names the times that the lesson had when it was enqueued:
 * what was moved or cancelled since reminds nobody, while another title changes nothing.
 */
export const lessonStartingSoon = eventType({
  timely: true,
  payload: z.object({
    lessonId: z.guid(),
    /** The version in which the lesson got these times. */
    version: z.int(),
    startsAt: z.iso.datetime(),
    minutesBefore: z.int(),
  }),
  data: lessonData.extend({ minutesBefore: z.int() }),
  async expand(on, cause) {
    const userId = userOf(cause);
    const { lessonId, startsAt, minutesBefore } = cause.payload;
    const { organizationId } = cause;
    const facts = await findLessonFacts(on, { organizationId, lessonId, userId, actorId: null });
    const reason = refusal(facts, startsAt);
    if (!facts || reason) return { kind: 'nobody', reason: reason ?? notTheirs };
    return {
      kind: 'tell',
      // Moved away and back, a lesson reminds once.
      sourceKey: `lesson.starting_soon:${lessonId}:${startsAt}:${minutesBefore}`,
      subject: encodeId('lesson', lessonId),
      recipients: [{ userId, data: { ...dataOf(facts), minutesBefore } }],
    };
  },
  async obsolete(on, { organizationId, userId, subjectId: lessonId, data: { startsAt } }) {
    const facts = await findLessonFacts(on, { organizationId, lessonId, userId, actorId: null });
    return refusal(facts, startsAt);
  },
  text: {
    uk: (facts, formats) => ({
      title: `Скоро заняття «${facts.title}»`,
      body: withWhom(facts, formats, 'uk'),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” starts soon`,
      body: withWhom(facts, formats, 'en'),
    }),
  },
});
