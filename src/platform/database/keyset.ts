import type { Page } from '../../shared/pagination.js';

/** A column that a list is sorted by, with the type that its value in a cursor is cast to. */
export interface SortColumn {
  readonly name: string;
  readonly type: 'timestamptz' | 'uuid' | 'bigint' | 'text';
}

/** A limit is part of a prepared statement's text, so there are few of them: a plan costs memory on each connection. */
const limits = [21, 51, 101] as const;

/**
 * The SQL of a keyset page over columns that all sort in one direction. Pushes the cursor's values to `values` and
 * gives a condition (starting with AND, or empty) and the ORDER BY and LIMIT, which reads at least one row more than the page.
 */
export function keyset(
  page: Page,
  columns: readonly SortColumn[],
  direction: 'ASC' | 'DESC',
  values: unknown[],
): { where: string; orderAndLimit: string } {
  const names = columns.map(({ name }) => name).join(', ');
  const compare = (key: readonly string[] | null, operator: '<' | '>') => {
    if (!key) return '';
    const placeholders = columns.map(({ type }, index) => `$${values.push(key[index])}::${type}`).join(', ');
    return ` AND (${names}) ${operator} (${placeholders})`;
  };
  const ascending = direction === 'ASC';
  const where = compare(page.after, ascending ? '>' : '<') + compare(page.before, ascending ? '<' : '>');
  const order = page.backward ? (ascending ? 'DESC' : 'ASC') : direction;
  const orderBy = columns.map(({ name }) => `${name} ${order}`).join(', ');
  const limit = limits.find((enough) => enough > page.limit) ?? page.limit + 1;
  return { where, orderAndLimit: ` ORDER BY ${orderBy} LIMIT ${limit}` };
}
