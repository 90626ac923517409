import type { Queryable } from '../../platform/database/database.js';
import { encodeId } from '../../shared/ids.js';
import { readReferences } from './catalogue.js';
import { personalData } from './classification.js';

/** Rows of one table that are about a person. */
export interface ExportedTable {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Every row that refers to a person, table by table, without what proves who they are. The tables are those of the
 * database's own catalogue, so that a new one is in it before anybody has thought of it.
 */
export async function* exportRows(on: Queryable, userId: string): AsyncGenerator<ExportedTable> {
  const references = await readReferences(on);
  const columns = new Map<string, Set<string>>();
  const add = (table: string, column: string) =>
    columns.set(table, (columns.get(table) ?? new Set()).add(column));
  for (const { table, column, target } of references) if (target === 'app_user') add(table, column);
  for (const [table, { people, withheld = [] }] of Object.entries(personalData)) {
    for (const column of Object.keys(people)) add(table, column);
    for (const column of withheld) columns.get(table)?.delete(column);
  }
  for (const [table, named] of columns) {
    const condition = [...named].map((column) => `t."${column}" = $1::uuid`).join(' OR ');
    if (table === 'audit_entry') {
      const subject = encodeId('user', userId);
      yield {
        table,
        rows: await readRows(on, table, `${condition} OR t.subject = $2::text`, [userId, subject]),
      };
    } else {
      yield { table, rows: await readRows(on, table, condition, [userId]) };
    }
  }
  for (const [table, { via }] of Object.entries(personalData)) {
    const owners = via ? Object.keys(personalData[via.table]?.people ?? {}) : [];
    if (!via || owners.length === 0) continue;
    const owned = owners.map((column) => `o."${column}" = $1::uuid`).join(' OR ');
    const condition = `t."${via.column}" = ANY (ARRAY(SELECT o.id FROM "${via.table}" o WHERE ${owned}))`;
    yield { table, rows: await readRows(on, table, condition, [userId]) };
  }
}

async function readRows(on: Queryable, table: string, condition: string, values: readonly string[]) {
  const secret = personalData[table]?.secret ?? [];
  const rows = await on.sql<{ row: Readonly<Record<string, unknown>> }>(
    `SELECT to_jsonb(t) - ARRAY[${secret.map((column) => `'${column}'`).join(', ')}]::text[] AS row
     FROM "${table}" t WHERE ${condition}`,
    ...values,
  );
  return rows.map(({ row }) => row);
}
