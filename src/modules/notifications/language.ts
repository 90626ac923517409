import { languageOf } from '../../shared/language.js';

export { type Language, languageOf } from '../../shared/language.js';

/** Who reads: the language, and where the local times are. */
export interface Reader {
  /** BCP 47. */
  readonly locale: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** How dates and numbers are written for a reader. */
export interface Formats {
  /** A day with the time from start to end, in the reader's zone. */
  period(start: string, end: string): string;
}

/** Making a format costs as much as forty uses of it. */
const periods = new Map<string, Intl.DateTimeFormat>();
const maxPeriods = 500;

/** The formats of a reader. */
export function formatsOf({ locale, timeZone }: Reader): Formats {
  return {
    period: (start, end) => periodFormat(locale, timeZone).formatRange(new Date(start), new Date(end)),
  };
}

function periodFormat(locale: string, timeZone: string): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = periods.get(key);
  if (known) return known;
  // A reader of another language gets English text, and so English dates; `en-GB` keeps its own order of them.
  const language = languageOf(locale);
  const format = new Intl.DateTimeFormat(locale.toLowerCase().startsWith(language) ? locale : language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  if (periods.size >= maxPeriods) periods.clear();
  periods.set(key, format);
  return format;
}
