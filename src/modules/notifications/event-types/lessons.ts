import { z } from 'zod';
import type { Queryable } from '../../../platform/database/database.js';
import { encodeId } from '../../../shared/ids.js';
import { findLessonFacts, type LessonFacts } from '../facts.js';
import type { Formats, Language } from '../language.js';
import { type Cause, type Expansion, eventType, type Told, userOf } from './definition.js';

const payload = z.object({
  lessonId: z.guid(),
  version: z.int(),
  /** Who did it; null for the system. */
  actorId: z.guid().nullable(),
});

const data = z.object({
  title: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  /** The other party. */
  withName: z.string(),
  /** Who did it, when that was neither party. */
  byName: z.string().nullable(),
  /** Why it was cancelled. */
  reason: z.string().nullable(),
});

type Payload = z.output<typeof payload>;
type Data = z.output<typeof data>;

/** A lesson event tells one party, as long as the lesson still stands as the event left it. */
function expandLesson(type: string, refusal: (facts: LessonFacts) => string | null) {
  return async (on: Queryable, cause: Cause<Payload>): Promise<Expansion<Data>> => {
    const userId = userOf(cause);
    const { lessonId, version, actorId } = cause.payload;
    const facts = await findLessonFacts(on, {
      organizationId: cause.organizationId,
      lessonId,
      userId,
      actorId,
    });
    if (!facts) return { kind: 'nobody', reason: 'The user is not a party of the lesson.' };
    const reason = refusal(facts);
    if (reason) return { kind: 'nobody', reason };
    const { status: _status, startsAt, endsAt, ...names } = facts;
    return {
      kind: 'tell',
      sourceKey: `${type}:${lessonId}:${version}`,
      subject: encodeId('lesson', lessonId),
      recipients: [
        { userId, data: { ...names, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() } },
      ],
    };
  };
}

function obsoleteLesson(refusal: (facts: LessonFacts, now: Date) => string | null) {
  return async (on: Queryable, { organizationId, userId, subjectId, now }: Told): Promise<string | null> => {
    const lessonId = subjectId;
    const facts = await findLessonFacts(on, { organizationId, lessonId, userId, actorId: null });
    return facts ? refusal(facts, now) : 'The user is not a party of the lesson.';
  };
}

function withWhom({ withName, startsAt, endsAt }: Data, formats: Formats, language: Language): string {
  const period = formats.period(startsAt, endsAt);
  return language === 'uk' ? `${withName}, ${period}.` : `With ${withName}: ${period}.`;
}

/** What is left of the sentences, in one line. */
function line(...sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}

const notScheduled = ({ status }: LessonFacts) =>
  status === 'SCHEDULED' ? null : `The lesson is ${status} by now.`;

/** A mail that has waited may come too late to bring anyone to the lesson. */
const notAhead = (facts: LessonFacts, now: Date) =>
  notScheduled(facts) ?? (facts.startsAt <= now ? 'The lesson has begun by now.' : null);

/**
 * Nobody is told to come to a lesson that was cancelled meanwhile. The cancellation itself is told all the same: the
 * lesson was in the calendar from the moment it was booked.
 */
export const lessonScheduled = eventType({
  payload,
  data,
  expand: expandLesson('lesson.scheduled', notScheduled),
  obsolete: obsoleteLesson(notAhead),
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» заплановано`,
      body: line(withWhom(facts, formats, 'uk'), facts.byName && `Хто запланував: ${facts.byName}.`),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” is scheduled`,
      body: line(withWhom(facts, formats, 'en'), facts.byName && `Scheduled by ${facts.byName}.`),
    }),
  },
});

const notCancelled = ({ status }: LessonFacts) =>
  status === 'CANCELLED' ? null : `The lesson is ${status} by now.`;

/** Critical: whoever does not hear of it waits for a lesson that does not take place. */
export const lessonCancelled = eventType({
  critical: true,
  payload,
  data,
  expand: expandLesson('lesson.cancelled', notCancelled),
  obsolete: obsoleteLesson(notCancelled),
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» скасовано`,
      body: line(
        withWhom(facts, formats, 'uk'),
        facts.byName && `Хто скасував: ${facts.byName}.`,
        facts.reason && `Причина: ${facts.reason}`,
      ),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” is cancelled`,
      body: line(
        withWhom(facts, formats, 'en'),
        facts.byName && `Cancelled by ${facts.byName}.`,
        facts.reason && `Reason: ${facts.reason}`,
      ),
    }),
  },
});
