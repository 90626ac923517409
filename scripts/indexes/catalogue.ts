import type pg from 'pg';

/** An index as the database knows it. */
export interface IndexFacts {
  readonly name: string;
  readonly table: string;
  readonly bytes: number;
  readonly definition: string;
  /** The constraint that it holds, if it is one of those that a table is declared with. */
  readonly constraint: string | null;
  /** It holds a rule, whatever is looked up in it. */
  readonly rule: boolean;
}

/** The indexes that the design names; the others come after them. */
const named = [
  ...['lesson_tutor_start_idx', 'lesson_student_start_idx', 'lesson_msg_lesson_created_idx'],
  ...['classroom_msg_room_created_idx', 'notif_user_read_idx', 'unique_active_tutor_student'],
];

/** Every index of the schema: the named six, then the others by table. */
export async function readIndexes(client: pg.Client): Promise<IndexFacts[]> {
  const { rows } = await client.query<IndexFacts>(
    `SELECT c.relname AS name, t.relname AS "table", pg_relation_size(c.oid)::float8 AS bytes,
            pg_get_indexdef(c.oid) AS definition, k.conname AS constraint, i.indisunique OR i.indisexclusion AS rule
       FROM pg_index i
       JOIN pg_class c ON c.oid = i.indexrelid
       JOIN pg_class t ON t.oid = i.indrelid
       LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
      WHERE c.relnamespace = 'public'::regnamespace AND t.relname <> '_prisma_migrations'
      ORDER BY t.relname, c.relname`,
  );
  const place = ({ name }: IndexFacts) => (named.includes(name) ? named.indexOf(name) : named.length);
  return rows.sort((a, b) => place(a) - place(b));
}

/** Takes an index away, with what rests on it; only ever within a transaction that is rolled back. */
export function dropSql({ name, table, constraint }: IndexFacts): string {
  return constraint ? `ALTER TABLE ${table} DROP CONSTRAINT "${constraint}" CASCADE` : `DROP INDEX "${name}"`;
}
