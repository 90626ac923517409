import type { PlanNode, RunPlan } from './plan-recorder.js';

/** What a plan did to the large tables. */
export interface Reading {
  /** Rows that were looked at in large tables, those that a filter removed too. */
  readonly read: number;
  /** Rows that came of the statement, or that it wrote. */
  readonly given: number;
  readonly scannedWhole: readonly string[];
  readonly indexes: readonly string[];
}

function nodesOf(root: PlanNode): PlanNode[] {
  return [root, ...(root.Plans ?? []).flatMap(nodesOf)];
}

const written = (node: PlanNode): number =>
  node['Node Type'] === 'ModifyTable' ? (node.Plans?.[0]?.['Actual Rows'] ?? 0) : 0;

export function readingOf({ root }: RunPlan, large: ReadonlySet<string>): Reading {
  const nodes = nodesOf(root);
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
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
  };
}

/** A statement that may read more than it gives, and why. */
export interface Exception {
  readonly statement: RegExp;
  /** Rows of large tables at most; null: any number, a whole table too. */
  readonly rows: number | null;
  readonly why: string;
}

/** How many rows may be read for each that is given. */
const perRow = 20;
/** What is free: less than a thousandth of a large table, and of a small one what a sort costs nothing. */
const freeOf = (rows: number) => Math.max(1_000, rows / 1_000);

/** What is wrong with how a statement was run; null when nothing is. */
export function complaintAbout(
  plan: RunPlan,
  large: ReadonlySet<string>,
  exceptions: readonly Exception[],
  rows: number,
): string | null {
  const { read, given, scannedWhole } = readingOf(plan, large);
  const exception = exceptions.find(({ statement }) => statement.test(plan.text));
  const bound = exception ? exception.rows : freeOf(rows) + perRow * given;
  if (bound === null) return null;
  if (scannedWhole.length > 0) return `scans ${scannedWhole.join(', ')} whole`;
  return read > bound ? `reads ${read} rows to give ${given}` : null;
}
