import { z } from 'zod';
import type { Queryable } from '../../../platform/database/database.js';
import { encodeId } from '../../../shared/ids.js';
import type { Formats, Language } from '../language.js';
import { findSeriesFacts, type SeriesFacts } from '../series-facts.js';
import { type Cause, type Expansion, eventType, type Told, userOf } from './definition.js';

const payload = z.object({
  seriesId: z.guid(),
  /** The first lesson that was touched, and its version after it. */
  lessonId: z.guid(),
  version: z.int(),
  /** How many lessons were touched. */
  count: z.int(),
  actorId: z.guid().nullable(),
});

const data = z.object({
  title: z.string(),
  count: z.int(),
  /** Of the first lesson. */
  startsAt: z.string(),
  endsAt: z.string(),
  withName: z.string(),
  byName: z.string().nullable(),
  reason: z.string().nullable(),
});

type Data = z.output<typeof data>;

/** What a series event says in one language. */
interface Words {
  title(title: string): string;
  by(name: string): string;
}

/** A series event tells one party of all lessons that it touched, once. */
function seriesEvent(
  type: string,
  refusal: (facts: SeriesFacts) => string | null,
  words: Record<Language, Words>,
) {
  const noParty = 'The user is not a party of the series.';
  async function expand(on: Queryable, cause: Cause<z.output<typeof payload>>): Promise<Expansion<Data>> {
    const userId = userOf(cause);
    const { seriesId, lessonId, version, count, actorId } = cause.payload;
    const { organizationId } = cause;
    const facts = await findSeriesFacts(on, { organizationId, seriesId, lessonId, userId, actorId });
    const reason = facts ? refusal(facts) : noParty;
    if (!facts || reason) return { kind: 'nobody', reason: reason ?? noParty };
    const { title, startsAt, endsAt, withName, byName } = facts;
    const told = { title, count, withName, byName, reason: facts.reason };
    return {
      kind: 'tell',
      sourceKey: `${type}:${lessonId}:${version}`,
      subject: encodeId('series', seriesId),
      recipients: [
        { userId, data: { ...told, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() } },
      ],
    };
  }
  async function obsolete(on: Queryable, { organizationId, userId, subjectId }: Told<Data>) {
    const asked = { organizationId, seriesId: subjectId, lessonId: null, userId, actorId: null };
    const facts = await findSeriesFacts(on, asked);
    return facts ? refusal(facts) : noParty;
  }
  const text = (language: Language) => (facts: Data, formats: Formats) => ({
    title: words[language].title(facts.title),
    body: [
      first(facts, formats, language),
      facts.byName && words[language].by(facts.byName),
      reasonOf(facts, language),
    ]
      .filter(Boolean)
      .join(' '),
  });
  return eventType({ payload, data, expand, obsolete, text: { uk: text('uk'), en: text('en') } });
}

function first({ count, withName, startsAt, endsAt }: Data, formats: Formats, language: Language): string {
  const period = formats.period(startsAt, endsAt);
  return language === 'uk'
    ? `${withName}. Кількість занять: ${count}; перше: ${period}.`
    : `With ${withName}. Number of lessons: ${count}; the first: ${period}.`;
}

function reasonOf({ reason }: Data, language: Language): string | null {
  return reason && `${language === 'uk' ? 'Причина' : 'Reason'}: ${reason}`;
}

const nothingScheduled = ({ scheduled }: SeriesFacts) =>
  scheduled > 0 ? null : 'No lesson of the series is scheduled any more.';

export const seriesScheduled = seriesEvent('series.scheduled', nothingScheduled, {
  uk: { title: (title) => `Серію занять «${title}» заплановано`, by: (name) => `Хто запланував: ${name}.` },
  en: { title: (title) => `Lessons “${title}” are scheduled`, by: (name) => `Scheduled by ${name}.` },
});

export const seriesMoved = seriesEvent('series.moved', nothingScheduled, {
  uk: { title: (title) => `Серію занять «${title}» перенесено`, by: (name) => `Хто переніс: ${name}.` },
  en: { title: (title) => `Lessons “${title}” are moved`, by: (name) => `Moved by ${name}.` },
});

/** A cancellation is told in any case: the lessons were in the calendar. */
export const seriesCancelled = seriesEvent('series.cancelled', () => null, {
  uk: { title: (title) => `Серію занять «${title}» скасовано`, by: (name) => `Хто скасував: ${name}.` },
  en: { title: (title) => `Lessons “${title}” are cancelled`, by: (name) => `Cancelled by ${name}.` },
});
