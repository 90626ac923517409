import { z } from 'zod';
import type { Queryable } from '../../../platform/database/database.js';
import { encodeId } from '../../../shared/ids.js';
import { findLessonFacts, type LessonFacts } from '../facts.js';
import type { Formats, Language } from '../language.js';
import { type Cause, type Expansion, eventType, type Text, type Told, userOf } from './definition.js';

/** What a change of a lesson puts in the queue. */
const payload = z.object({
  lessonId: z.guid(),
  version: z.int(),
  /** Who did it; null for the system. */
  actorId: z.guid().nullable(),
});

/** The facts of a lesson that its people are told. */
export const lessonData = z.object({
  title: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  /** The other party. */
  withName: z.string(),
  /** Who did it, when that was neither party. */
  byName: z.string().nullable(),
  /** Why it was cancelled. */
  reason: z.string().nullable(),
  /** Who did not come. */
  noShowParty: z.enum(['STUDENT', 'TUTOR', 'BOTH']).nullish(),
});

export type LessonData = z.output<typeof lessonData>;

interface Definition {
  readonly critical?: boolean;
  /** Whether it is pointless once the lesson has begun: a mail may have waited for hours. */
  readonly forUpcoming?: boolean;
  readonly name: string;
  /** Why the user is not told of a lesson that is like this by now; null when they are. */
  readonly refusal: (facts: LessonFacts) => string | null;
  readonly text: Readonly<Record<Language, (data: LessonData, formats: Formats) => Text>>;
}

/** The event type of a change of a lesson: it tells one party, as long as the lesson stands as the event left it. */
export function lessonEvent({ name, refusal, text, critical = false, forUpcoming = false }: Definition) {
  return eventType({
    critical,
    payload,
    data: lessonData,
    async expand(on: Queryable, cause: Cause<z.output<typeof payload>>): Promise<Expansion<LessonData>> {
      const userId = userOf(cause);
      const { lessonId, version, actorId } = cause.payload;
      const { organizationId } = cause;
      const facts = await findLessonFacts(on, { organizationId, lessonId, userId, actorId });
      const reason = facts ? refusal(facts) : notTheirs;
      if (!facts || reason) return { kind: 'nobody', reason: reason ?? notTheirs };
      return {
        kind: 'tell',
        sourceKey: `${name}:${lessonId}:${version}`,
        subject: encodeId('lesson', lessonId),
        recipients: [{ userId, data: dataOf(facts) }],
      };
    },
    async obsolete(on: Queryable, { organizationId, userId, subjectId: lessonId, now }: Told<LessonData>) {
      const facts = await findLessonFacts(on, { organizationId, lessonId, userId, actorId: null });
      if (!facts) return notTheirs;
      const begun = forUpcoming && facts.startsAt <= now;
      return refusal(facts) ?? (begun ? 'The lesson has begun by now.' : null);
    },
    text,
  });
}

/** Why a user is told nothing of a lesson that is none of theirs. */
export const notTheirs = 'The user is not a party of the lesson.';

/** The facts as they are kept in a notification. */
export function dataOf({ status: _, startsAt, endsAt, upcoming: __, ...names }: LessonFacts): LessonData {
  return { ...names, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
}

/** Refuses a lesson that has left these states. */
export function unless(...states: readonly LessonFacts['status'][]) {
  return ({ status }: LessonFacts) => (states.includes(status) ? null : `The lesson is ${status} by now.`);
}

/** With whom and when. */
export function withWhom(
  { withName, startsAt, endsAt }: LessonData,
  formats: Formats,
  language: Language,
): string {
  const period = formats.period(startsAt, endsAt);
  return language === 'uk' ? `${withName}, ${period}.` : `With ${withName}: ${period}.`;
}

/** What is left of the sentences, in one line. */
export function line(...sentences: readonly (string | null | undefined)[]): string {
  return sentences.filter((sentence) => sentence != null && sentence !== '').join(' ');
}
