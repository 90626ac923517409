import type pg from 'pg';
import { planOf, type RunPlan } from '../plans/plan-recorder.js';
import type { SeenStatement } from '../plans/statement-log.js';
import { dropSql, type IndexFacts } from './catalogue.js';

/** How a statement ran without an index and with it; a text tells why there is no plan. */
export interface Comparison {
  readonly statement: SeenStatement;
  readonly before: RunPlan | string;
  readonly after: RunPlan | string;
}

/** The statement that shows best what an index is for: one of ours before one of the database's, a reading one before a writing one, and the one that looks into the fewest others. */
export function exampleOf(
  { name }: IndexFacts,
  statements: readonly SeenStatement[],
): SeenStatement | undefined {
  const using = statements.filter(({ worst, values }) => worst.indexes.includes(name) && values);
  const weight = ({ text, worst }: SeenStatement) =>
    (/^\s*(WITH|SELECT)/.test(text) && !/INSERT|UPDATE|DELETE/.test(text) ? 0 : 100) + worst.indexes.length;
  return using.sort((a, b) => weight(a) - weight(b))[0];
}

const longest = 30_000;

/** Runs the statement again with the index taken away and with it, each in a transaction that is rolled back. */
export async function compare(
  client: pg.Client,
  index: IndexFacts,
  statement: SeenStatement,
): Promise<Comparison> {
  const run = async (prepare: string | null): Promise<RunPlan | string> => {
    let plan: RunPlan | null = null;
    const hear = ({ message = '' }) => {
      const told = planOf(message);
      if (told?.text === statement.text) plan = told;
    };
    await client.query('BEGIN');
    try {
      if (prepare) await client.query(prepare);
      await client.query(`SET LOCAL statement_timeout = ${longest}`);
      client.on('notice', hear);
      await client.query(statement.text, [...(statement.values ?? [])]);
      // A plan is told when its portal is closed: by the next statement, and never by a ROLLBACK.
      await client.query('SELECT 1');
      return plan ?? 'no plan was told';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return /statement timeout/.test(message) ? `longer than ${longest / 1_000} s` : message;
    } finally {
      client.removeListener('notice', hear);
      await client.query('ROLLBACK');
    }
  };
  // Twice, since the first run reads from the disk.
  await run(null);
  const after = await run(null);
  return { statement, after, before: await run(dropSql(index)) };
}
