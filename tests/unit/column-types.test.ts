import pg from 'pg';
import { readInstant } from '../../src/platform/database/column-types.js';
import { createRandom } from '../testkit/random.js';

const asPg = pg.types.getTypeParser(1184, 'text') as (text: string) => unknown;

it.each([
  '2026-11-26 03:39:00+00',
  '2026-11-26 03:39:00.1+00',
  '2026-11-26 03:39:00.123456+00',
  '0001-01-01 00:00:00+00',
  '9999-12-31 23:59:59.999999+00',
  '10000-01-01 00:00:00+00',
  '0044-03-15 12:00:00+00 BC',
  '2026-03-29 10:15:00+03',
  '2026-03-29 10:15:00-03:30',
  'infinity',
  '-infinity',
])('%s is read as pg reads it', (text) => {
  expect(readInstant(text)).toEqual(asPg(text));
});

it('an instant of a whole millisecond is read exactly', () => {
  const random = createRandom(7);
  for (let n = 0; n < 2_000; n++) {
    const instant = new Date(random.int(2 ** 31) * 1_000 + random.int(1_000));
    const written = `${instant.toISOString().replace('T', ' ').slice(0, -1)}000+00`;
    expect(readInstant(written)).toEqual(instant);
  }
});
