import { type Dashboard, quantile, rate } from './dashboard.js';

export const database: Dashboard = {
  uid: 'lectern-database',
  title: 'database',
  panels: [
    {
      title: 'Statements',
      description: 'SQL statements a second by kind.',
      unit: 'ops',
      queries: [{ expr: rate('db_query_latency_seconds_count', ['operation']), legend: '{{operation}}' }],
    },
    {
      title: 'Time of statements',
      description: 'p99 by kind. Time of commit is the disk; time of update is often a lock.',
      unit: 's',
      queries: [{ expr: quantile(0.99, 'db_query_latency_seconds', ['operation']), legend: '{{operation}}' }],
    },
    {
      title: 'Where the time goes',
      description: 'Seconds of statements in a second by table and kind: the ten that cost most.',
      unit: 'short',
      queries: [
        {
          expr: `topk(10, ${rate('db_statement_seconds_total', ['model', 'operation'])})`,
          legend: '{{operation}} {{model}}',
        },
      ],
    },
    {
      title: 'Mean time by table',
      description: 'The ten with the longest mean.',
      unit: 's',
      queries: [
        {
          expr: `topk(10, ${rate('db_statement_seconds_total', ['model', 'operation'])} / ${rate('db_statements_total', ['model', 'operation'])})`,
          legend: '{{operation}} {{model}}',
        },
      ],
    },
    {
      title: 'Pool',
      description:
        'Connections and callers that wait. Waiting for more than a moment: see the runbook PoolExhausted.',
      unit: 'short',
      queries: [{ expr: 'sum by (state) (db_pool_connections)', legend: '{{state}}' }],
    },
    {
      title: 'Failed statements',
      description: 'By kind. Some are part of the work: a constraint that decides a race is one.',
      unit: 'ops',
      queries: [{ expr: rate('db_statement_failures_total', ['operation']), legend: '{{operation}}' }],
    },
  ],
};
