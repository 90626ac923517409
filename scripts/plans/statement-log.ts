import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database, Queryable, UnitOfWork } from '../../src/platform/database/database.js';
import type { RunPlan } from './plan-recorder.js';
import { type Reading, readingOf } from './plan-rules.js';

/** A statement with the plan of the run in which it read most. */
export interface SeenStatement {
  /** The function that sends it, as `path name`; null for those that triggers, foreign keys and functions of the database run. */
  readonly of: string | null;
  readonly text: string;
  readonly runs: number;
  readonly worst: Reading;
  readonly plan: RunPlan;
  /** Of that run, when it was sent by a function of ours. */
  readonly values: readonly unknown[] | null;
}

/** Puts together what was sent and how it was run. */
export interface StatementLog {
  /** Notes the plan of a run. */
  add(plan: RunPlan): void;
  /** Notes from now on which function sends which statement. */
  watch(database: Database): void;
  seen(): readonly SeenStatement[];
}

const frame = /\/src\/((?!platform\/database\/)[\w./-]+\.ts):(\d+)/;
const source = fileURLToPath(new URL('../../src/', import.meta.url));
const files = new Map<string, readonly string[]>();

/** The exported function of ours that is calling, as `path name`; empty when it is none of ours. */
function caller(): string {
  const line = new Error().stack?.split('\n').find((one) => frame.test(one));
  const [, path, at] = (line && frame.exec(line)) ?? [];
  if (!line || !path) return '';
  if (!files.has(path)) files.set(path, readFileSync(join(source, path), 'utf8').split('\n'));
  const lines = files.get(path) ?? [];
  const declared = (text: string) => /^(?:export )?(?:async )?function\*? (\w+)/.exec(text)?.[1] ?? [];
  // The name in the frame is that of what is called there when the lines are those of the source, and else the caller's.
  const named = /at (?:async )?(\w+) \(/.exec(line)?.[1];
  const names = lines.flatMap(declared);
  const above = lines.slice(0, Number(at)).flatMap(declared).at(-1);
  return `${path} ${names.find((one) => one === named) ?? above ?? names[0] ?? ''}`.trim();
}

/** Makes an empty log for a database whose large tables are `large`. */
export function createStatementLog(large: () => ReadonlySet<string>): StatementLog {
  const senders = new Map<string, string>();
  const lastValues = new Map<string, readonly unknown[]>();
  const statements = new Map<
    string,
    { runs: number; worst: Reading; plan: RunPlan; values: readonly unknown[] | null }
  >();

  function noting<On extends Queryable>(on: On): On['sql'] {
    const { sql } = on;
    return (text, ...values) => {
      if (!senders.has(text)) senders.set(text, caller());
      lastValues.set(text, values);
      return sql(text, ...values);
    };
  }

  return {
    add(plan) {
      const now = readingOf(plan, large());
      const known = statements.get(plan.text);
      const worse = !known || now.read > known.worst.read;
      const values = lastValues.get(plan.text) ?? null;
      const runs = (known?.runs ?? 0) + 1;
      statements.set(plan.text, worse ? { runs, worst: now, plan, values } : { ...known, runs });
    },
    watch(database) {
      const { transaction } = database;
      Object.assign(database, {
        sql: noting(database),
        transaction: <T>(work: (tx: UnitOfWork) => Promise<T>) =>
          transaction((tx) => work({ ...tx, sql: noting(tx) })),
      });
    },
    seen: () =>
      [...statements].map(([text, { runs, worst, plan, values }]) => ({
        ...{ text, runs, worst, plan, values, of: senders.get(text) ?? null },
      })),
  };
}
