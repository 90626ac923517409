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
