import { dashboards } from './dashboards/index.js';
import type { Prometheus, QueryResult } from './prometheus.js';

/** What one query of a panel gave. */
export interface PanelResult {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
  readonly legend: string;
  readonly series: readonly QueryResult[];
}

/** Runs every query of every panel. Throws at the first that Prometheus does not understand. */
export async function tryPanels({ query }: Pick<Prometheus, 'query'>): Promise<PanelResult[]> {
  const results: PanelResult[] = [];
  for (const { title: dashboard, panels } of dashboards) {
    for (const { title: panel, queries } of panels) {
      for (const { expr, legend } of queries)
        results.push({ dashboard, panel, expr, legend, series: await query(expr) });
    }
  }
  return results;
}

/** Whether it is all well when a query gives nothing: it shows what goes wrong. */
export function showsTrouble(expr: string): boolean {
  return /code!="OK"|outcome="failed"|subscription_resets_total|db_statement_failures_total/.test(expr);
}
