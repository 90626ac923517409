import pg from 'pg';

const timestamptz = 1184;
const readAny = pg.types.getTypeParser(timestamptz, 'text') as (text: string) => unknown;

/**
 * Reads a timestamptz. Our sessions are in UTC, so it is `2026-11-26 03:39:00.123456+00`: reading digits takes a seventh of
 * what pg's expressions take, and a page has a hundred of them. Infinity and far years are left to pg.
 */
export function readInstant(text: string): unknown {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const ordinary = text.charCodeAt(4) === hyphen && text.charCodeAt(10) === space && text.endsWith('+00');
  if (!ordinary || year < 100) return readAny(text);
  return new Date(
    Date.UTC(
      year,
      twoDigits(text, 5) - 1,
      twoDigits(text, 8),
      twoDigits(text, 11),
      twoDigits(text, 14),
      twoDigits(text, 17),
      milliseconds(text),
    ),
  );
}

const [zero, hyphen, space] = [48, 45, 32];

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;
}

/** Of the fraction, of which PostgreSQL leaves out zeros at the end. */
function milliseconds(text: string): number {
  let value = 0;
  for (let at = 20; at < 23; at++) {
    const digit = at < text.length - 3 ? text.charCodeAt(at) - zero : 0;
    value = value * 10 + digit;
  }
  return value;
}

/** How columns are read; all but one type as pg does. */
export const columnTypes = {
  getTypeParser: ((type: number, format?: 'text' | 'binary') =>
    type === timestamptz && format !== 'binary'
      ? readInstant
      : pg.types.getTypeParser(type, format as 'text')) as typeof pg.types.getTypeParser,
};
