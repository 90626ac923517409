import type { Queryable } from '../../platform/database/database.js';

/** A column of one table that refers to another table. */
export interface Reference {
  readonly table: string;
  readonly column: string;
  readonly target: string;
}

/** Every foreign key of the schema, as the database itself knows it, by table and column. */
export function readReferences(on: Queryable): Promise<Reference[]> {
  return on.sql(
    `SELECT source.relname::text AS "table", key.attname::text AS "column", target.relname::text AS target
     FROM pg_constraint c
     JOIN pg_class source ON source.oid = c.conrelid
     JOIN pg_class target ON target.oid = c.confrelid
     JOIN pg_attribute key ON key.attrelid = c.conrelid AND key.attnum = ANY (c.conkey)
     WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
     ORDER BY 1, 2`,
  );
}

/** A column that can hold text, or bytes that are text. */
export interface TextColumn {
  readonly table: string;
  readonly column: string;
}

/** Every column of the schema that can hold text. */
export function readTextColumns(on: Queryable): Promise<TextColumn[]> {
  return on.sql(
    `SELECT table_name::text AS "table", column_name::text AS "column" FROM information_schema.columns
     WHERE table_schema = current_schema() AND is_generated = 'NEVER'
       AND (data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'xml', 'ARRAY')
            OR udt_name = 'citext')
     ORDER BY 1, 2`,
  );
}

/** Every table of the schema. */
export async function readTables(on: Queryable): Promise<string[]> {
  const rows = await on.sql<{ name: string }>(
    `SELECT table_name::text AS name FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
