import { Temporal } from 'temporal-polyfill';
import type { Availability } from '../../src/modules/availability/availability.js';
import { openTime } from '../../src/modules/availability/open-time.js';
import { occurrencesOf } from '../../src/modules/series/occurrences.js';
import { offsetSpans } from '../../src/platform/time/zones.js';
import { createTestDatabase, execute, type TestDatabase } from '../testkit/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database.drop());

/** Each zone with two years of changes. Lord Howe's clocks change by half an hour; Apia's have not since 2021. */
const zones = [
  ['Europe/Kyiv', 2026],
  ['America/New_York', 2026],
  ['Australia/Lord_Howe', 2026],
  ['Pacific/Apia', 2019],
] as const;

const day = 86_400_000;

/** The instants at which the zone changes its offset within two years. */
function changesOf(timeZone: string, year: number): number[] {
  const spans = offsetSpans(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 2, 0, 1));
  return spans.slice(1).map(({ start }) => start);
}

/** A local time some days before an instant, at so many minutes after midnight. */
function localBefore(
  instant: number,
  timeZone: string,
  days: number,
  minutes: number,
): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .subtract({ days })
    .toPlainDateTime()
    .add({ minutes });
}

/**
 * The instants of local times, as PostgreSQL knows them. It moves a time that does not exist forward by the gap; of one
 * that repeats it takes the later, so an earlier instant with the same local time is looked for.
 */
function instantsByPostgres(
  timeZone: string,
  cases: readonly { local: string; step: string; count: number }[],
) {
  return execute<{ starts: number[] }>(
    database.url,
    `SELECT (SELECT array_agg(extract(epoch FROM coalesce(earlier.instant, later.instant))::float8 * 1000 ORDER BY n)
       FROM generate_series(0, count - 1) n
       CROSS JOIN LATERAL (SELECT local + n * step AS local) one
       CROSS JOIN LATERAL (SELECT one.local AT TIME ZONE $1 AS instant) later
       CROSS JOIN LATERAL (SELECT min(later.instant - make_interval(mins => back)) AS instant
         FROM unnest('{0, 30, 60, 120}'::int[]) back
         WHERE (later.instant - make_interval(mins => back)) AT TIME ZONE $1 = one.local) earlier) AS starts
     FROM ROWS FROM (jsonb_to_recordset($2) AS (local timestamp, step interval, count int))
       WITH ORDINALITY AS c (local, step, count, position)
     ORDER BY position`,
    [timeZone, JSON.stringify(cases)],
  );
}

describe.each(zones)('in %s, over the changes of two years from %i', (timeZone, year) => {
  it('finds both changes of each year', () => {
    const changes = changesOf(timeZone, year);
    expect(changes).toHaveLength(4);
  });

  it('series start when PostgreSQL says, at every tenth minute of the day, daily and weekly', async () => {
    const cases = changesOf(timeZone, year).flatMap((change) =>
      Array.from({ length: 144 }, (_, index) => [
        { local: localBefore(change, timeZone, 3, index * 10), freq: 'DAILY', step: '1 day', count: 6 },
        { local: localBefore(change, timeZone, 14, index * 10), freq: 'WEEKLY', step: '7 days', count: 4 },
      ]).flat(),
    );
    const expected = await instantsByPostgres(
      timeZone,
      cases.map(({ local, step, count }) => ({ local: local.toString(), step, count })),
    );
    const actual = cases.map(({ local, freq, count }) => ({
      starts: occurrencesOf(`FREQ=${freq};COUNT=${count}`, { localStart: local, timeZone }).map(
        ({ startsAt }) => startsAt.getTime(),
      ),
    }));
    expect(actual.reduce((sum, { starts }) => sum + starts.length, 0)).toBeGreaterThan(5_000);
    expect(actual).toEqual(expected);
  });

  it('a tutor’s time is open exactly while the clock on the wall, as PostgreSQL reads it, shows an open time', async () => {
    // Windows that begin and end in and around the hours that are left out or repeat.
    const availability: Availability = {
      timeZone,
      windows: [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => [
        { weekday, fromMinute: 0, toMinute: 35 },
        { weekday, fromMinute: 95, toMinute: 125 },
        { weekday, fromMinute: 150, toMinute: 185 + weekday * 5 },
        { weekday, fromMinute: 230, toMinute: 245 },
        { weekday, fromMinute: 1_380, toMinute: 1_440 },
      ]),
      exceptions: [],
    };
    for (const change of changesOf(timeZone, year)) {
      const [from, to] = [change - 2 * day, change + 2 * day];
      const open = await execute<{ at: number }>(
        database.url,
        `SELECT extract(epoch FROM at)::float8 * 1000 AS at
         FROM generate_series(to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0) - interval '1 second', '5 minutes') at
         CROSS JOIN LATERAL (SELECT at AT TIME ZONE $1 AS local) wall
         JOIN jsonb_to_recordset($4) AS w (weekday int, "fromMinute" int, "toMinute" int)
           ON w.weekday = extract(isodow FROM local)
          AND extract(hour FROM local) * 60 + extract(minute FROM local) >= "fromMinute"
          AND extract(hour FROM local) * 60 + extract(minute FROM local) < "toMinute"
         ORDER BY at`,
        [timeZone, from, to, JSON.stringify(availability.windows)],
      );
      const spans = openTime(availability, from, to);
      const actual = spans.flatMap(({ start, end }) =>
        Array.from({ length: (end - start) / 300_000 }, (_, index) => start + index * 300_000),
      );
      expect(actual).toEqual(open.map(({ at }) => at));
      expect(actual.length).toBeGreaterThan(100);
    }
  });
});

it('a date that a zone left out moves forward by the gap: Apia had no 30 December 2011', async () => {
  const localStart = Temporal.PlainDateTime.from('2011-12-29T10:00');
  const starts = occurrencesOf('FREQ=DAILY;COUNT=2', { localStart, timeZone: 'Pacific/Apia' });
  const [expected] = await instantsByPostgres('Pacific/Apia', [
    { local: '2011-12-29T10:00', step: '1 day', count: 2 },
  ]);
  expect(starts.map(({ startsAt }) => startsAt.getTime())).toEqual(expected?.starts);
});
