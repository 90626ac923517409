import pg from 'pg';

/** A node of a plan, as EXPLAIN (ANALYZE, FORMAT JSON) gives it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Plan Rows': number;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** A statement that was run, and how. */
export interface RunPlan {
  readonly text: string;
  readonly milliseconds: number;
  readonly root: PlanNode;
}

/** Sent with the answer of every statement, those that triggers and foreign keys run too. */
const settings = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_level': 'notice',
  'auto_explain.log_parameter_max_length': '200',
  // What the application's prepared statements come to after a few runs.
  plan_cache_mode: 'force_generic_plan',
};

/** The settings alone, as statements for one connection. */
export const planSettings = Object.entries(settings)
  .filter(([key]) => key.includes('.') || key === 'plan_cache_mode')
  .map(([key, value]) => `SET ${key} = '${value}'`);

const message = /^duration: ([\d.]+) ms {2}plan:\n([\s\S]*)$/;

/** The plan that a notice tells; null for other notices. */
export function planOf(notice: string): RunPlan | null {
  const [, milliseconds, plan] = message.exec(notice) ?? [];
  if (!plan) return null;
  const { 'Query Text': text, Plan: root } = JSON.parse(plan) as { 'Query Text': string; Plan: PlanNode };
  return { text, milliseconds: Number(milliseconds), root };
}

/**
 * Makes every later connection to the database tell the plan of each statement that it ran, and calls `told` with
 * them, whoever in this process sent the statement. Ends with the function that it gives.
 */
export async function recordPlans(databaseUrl: string, told: (plan: RunPlan) => void): Promise<() => void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const [key, value] of Object.entries(settings))
    await client.query(`ALTER DATABASE ${name} SET ${key} = '${value}'`);
  await client.end();
  const connect = pg.Client.prototype.connect;
  const listening = function (this: pg.Client, ...args: unknown[]) {
    this.on('notice', ({ message: text = '' }) => {
      const plan = planOf(text);
      if (plan) told(plan);
    });
    return Reflect.apply(connect, this, args);
  };
  pg.Client.prototype.connect = listening as typeof connect;
  return () => {
    pg.Client.prototype.connect = connect;
  };
}
