import type { PlanNode, RunPlan } from './plan-recorder.js';

/** What a plan did to the large tables. */
export interface Reading {
  /** Rows that were looked at in large tables, those that a filter removed too. */
  readonly read: number;
  /** Rows that came of the statement, or that it wrote. */
  readonly given: number;
  readonly scannedWhole: readonly string[];
  /** Indexes that were looked into. */
  readonly indexes: readonly string[];
}

function nodesOf(root: PlanNode): PlanNode[] {
  return [root, ...(root.Plans ?? []).flatMap(nodesOf)];
}

const written = (node: PlanNode): number =>
  node['Node Type'] === 'ModifyTable' ? (node.Plans?.[0]?.['Actual Rows'] ?? 0) : 0;

/** Reads a plan; `large` are the tables of which reading much is a fault. */
export function readingOf({ root }: Pick<RunPlan, 'root'>, large: ReadonlySet<string>): Reading {
  const nodes = nodesOf(root).filter((node) => node['Actual Loops'] > 0);
  const scans = nodes.filter(
    (node) => large.has(node['Relation Name'] ?? '') && / Scan$/.test(node['Node Type']),
  );
  const rowsOf = (node: PlanNode) =>
    node['Actual Loops'] *
    (node['Actual Rows'] +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0));
  return {
    read: Math.round(scans.reduce((sum, node) => sum + rowsOf(node), 0)),
    given: Math.round(
      root['Actual Rows'] * root['Actual Loops'] + nodes.reduce((sum, node) => sum + written(node), 0),
    ),
    scannedWhole: scans
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name'] ?? ''),
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))],
  };
}

/** A statement that may read more than it gives, and why. */
export interface Exception {
  /** The function that sends it, as `path name`. */
  readonly of: string;
  /** Of its statements only those that match. */
  readonly text?: RegExp;
  /** Rows of large tables at most; null: any number, a whole table too. */
  readonly rows: number | null;
  readonly why: string;
}

/** How many rows may be read for each that is given, and how many besides. */
const perRow = 20;
const free = 300;

/** What is wrong with how a statement was run; null when nothing is. */
export function complaintAbout(
  { read, given, scannedWhole }: Reading,
  exception: Exception | undefined,
): string | null {
  const bound = exception ? exception.rows : free + perRow * given;
  if (bound === null) return null;
  if (scannedWhole.length > 0) return `scans ${scannedWhole.join(', ')} whole`;
  return read > bound ? `reads ${read} rows to give ${given}` : null;
}
