import { keyset } from '../../src/platform/database/keyset.js';
import { AppError, failureIn } from '../../src/shared/errors.js';
import { keyPatterns, type Page, parsePage, toConnection } from '../../src/shared/pagination.js';

const shape = [keyPatterns.integer];
const keyOf = (row: number) => [String(row)];

/** What a store would give for this page of the numbers 1 to 9. */
function read(page: Page): number[] {
  const all = Array.from({ length: 9 }, (_, index) => index + 1);
  const kept = all.filter(
    (n) =>
      (page.after === null || n > Number(page.after[0])) &&
      (page.before === null || n < Number(page.before[0])),
  );
  return (page.backward ? kept.reverse() : kept).slice(0, page.limit + 1);
}

function fieldsOf(args: Parameters<typeof parsePage>[0]): unknown {
  try {
    parsePage(args, shape);
  } catch (error) {
    if (error instanceof AppError) return failureIn('en', error).fields;
  }
  throw new Error('the arguments were accepted');
}

it('reads 20 items unless told', () => {
  expect(parsePage({}, shape)).toEqual({ limit: 20, backward: false, after: null, before: null });
});

it('walks forward to the end and back to the beginning', () => {
  const first = toConnection(read(parsePage({ first: 4 }, shape)), parsePage({ first: 4 }, shape), keyOf);
  expect(first.edges.map(({ node }) => node)).toEqual([1, 2, 3, 4]);
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });

  const next = parsePage({ first: 5, after: first.pageInfo.endCursor }, shape);
  const last = toConnection(read(next), next, keyOf);
  expect(last.edges.map(({ node }) => node)).toEqual([5, 6, 7, 8, 9]);
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });

  const back = parsePage({ last: 2, before: last.pageInfo.startCursor }, shape);
  const previous = toConnection(read(back), back, keyOf);
  expect(previous.edges.map(({ node }) => node)).toEqual([3, 4]);
  expect(previous.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
});

it('last without a cursor is the end of the list', () => {
  const page = parsePage({ last: 3 }, shape);
  const connection = toConnection(read(page), page, keyOf);
  expect(connection.edges.map(({ node }) => node)).toEqual([7, 8, 9]);
  expect(connection.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

it('an empty page has no cursors', () => {
  expect(toConnection([], parsePage({}, shape), keyOf).pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  });
});

it('names each bad argument', () => {
  expect(fieldsOf({ first: 101, after: 'nonsense' })).toEqual({
    first: ['must be between 0 and 100'],
    after: ['is not a cursor of this list'],
  });
  expect(fieldsOf({ first: 1, last: 1 })).toEqual({ last: ['cannot be combined with first'] });
  expect(fieldsOf({ last: -1 })).toEqual({ last: ['must be between 0 and 100'] });
});

it('refuses a cursor of another list', () => {
  const foreign = Buffer.from(JSON.stringify(['not a number'])).toString('base64url');
  expect(fieldsOf({ after: foreign })).toEqual({ after: ['is not a cursor of this list'] });
});

it.each(['2026-13-01T00:00:00.000Z', '2026-02-30T00:00:00.000Z', '+020026-01-01T00:00:00.000Z', 'now'])(
  'refuses the instant %s, which PostgreSQL would not take',
  (instant) => {
    const after = Buffer.from(JSON.stringify([instant])).toString('base64url');
    expect(() => parsePage({ after }, [keyPatterns.instant])).toThrow(AppError);
  },
);

it('makes SQL that reads more rows than the page has, in the direction of the page', () => {
  const values: unknown[] = ['mine'];
  const page: Page = { limit: 10, backward: true, after: null, before: ['2026-01-01T00:00:00.000Z', 'id'] };
  const columns = [
    { name: 'starts_at', type: 'timestamptz' },
    { name: 'id', type: 'uuid' },
  ] as const;
  expect(keyset(page, columns, 'ASC', values)).toEqual({
    where: ' AND (starts_at, id) < ($2::timestamptz, $3::uuid)',
    orderAndLimit: ' ORDER BY starts_at DESC, id DESC LIMIT 21',
  });
  expect(values).toEqual(['mine', '2026-01-01T00:00:00.000Z', 'id']);
});
