/** One line of a panel: a query in PromQL and how it is named in the legend. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** How values are written, in Grafana's names. */
export type Unit = 's' | 'reqps' | 'ops' | 'short' | 'percentunit' | 'bytes' | 'Bps';

/** A chart. */
export interface Panel {
  readonly title: string;
  /** What it tells, and what to do when it looks wrong. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

/** A page of charts in rows of two. */
export interface Dashboard {
  /** Stays the same, so that links hold. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const width = 12;
const height = 8;
/** Grafana fills in the variable that is chosen at the top of the page. */
const source = { type: 'prometheus', uid: '$source' };

/** The dashboard as Grafana (10 or newer) imports it. */
export function grafanaJson({ uid, title, panels }: Dashboard): string {
  const model = {
    uid,
    title: `Lectern: ${title}`,
    tags: ['lectern'],
    schemaVersion: 39,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    links: [{ type: 'dashboards', tags: ['lectern'], title: 'Lectern', asDropdown: true }],
    panels: panels.map((panel, index) => panelJson(panel, index)),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}

function panelJson({ title, description, unit, queries }: Panel, index: number) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description,
    datasource: source,
    gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
    fieldConfig: {
      defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets: queries.map(({ expr, legend }, query) => ({
      refId: String.fromCharCode(65 + query),
      datasource: source,
      expr,
      legendFormat: legend,
    })),
  };
}

/** A quantile of a histogram over five minutes. */
export function quantile(
  share: number,
  histogram: string,
  by: readonly string[] = [],
  matching = '',
): string {
  return `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (rate(${histogram}_bucket${matching}[5m])))`;
}

/** The rate of a counter over five minutes, summed by labels. */
export function rate(counter: string, by: readonly string[] = [], matching = ''): string {
  return by.length > 0
    ? `sum by (${by.join(', ')}) (rate(${counter}${matching}[5m]))`
    : `sum(rate(${counter}${matching}[5m]))`;
}
