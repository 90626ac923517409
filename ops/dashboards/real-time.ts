import { type Dashboard, quantile, rate } from './dashboard.js';

export const realTime: Dashboard = {
  uid: 'lectern-real-time',
  title: 'real time',
  panels: [
    {
      title: 'Open sockets',
      description: 'WebSockets that are open, by process.',
      unit: 'short',
      queries: [{ expr: 'active_ws_connections', legend: '{{instance}}' }],
    },
    {
      title: 'New sockets',
      description: 'Accepted and rejected a second. Rejected: a limit, an origin or a bad token.',
      unit: 'ops',
      queries: [{ expr: rate('ws_connections_total', ['status']), legend: '{{status}}' }],
    },
    {
      title: 'Closed sockets',
      description:
        'By close code. 1013 is a slow reader or a limit, 1006 a network that went away, 4403 an ended session.',
      unit: 'ops',
      queries: [
        { expr: rate('ws_closes_total', ['code']), legend: '{{code}}' },
        { expr: rate('ws_ping_timeout_total'), legend: 'no pong' },
      ],
    },
    {
      title: 'Subscriptions',
      description: 'That run, by field.',
      unit: 'short',
      queries: [{ expr: 'sum by (field) (active_subscriptions)', legend: '{{field}}' }],
    },
    {
      title: 'Fan-out lag',
      description: 'From the commit of an event to its response being written to a socket.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, 'subscription_fanout_lag_seconds'),
        legend: `p${share * 100}`,
      })),
    },
    {
      title: 'Deliveries and executions',
      description:
        'Responses to subscribers, and events that were executed for them: the distance is what sharing saves.',
      unit: 'ops',
      queries: [
        { expr: rate('subscription_deliveries_total'), legend: 'deliveries' },
        { expr: rate('subscription_executions_total'), legend: 'executions' },
      ],
    },
    {
      title: 'Resumes and resets',
      description:
        'Subscriptions that went on at a cursor, and those that had to fetch anew, by reason. EPOCH_CHANGED means a restored database.',
      unit: 'ops',
      queries: [
        { expr: rate('subscription_resumes_total'), legend: 'resumed' },
        { expr: rate('subscription_resets_total', ['reason']), legend: 'reset {{reason}}' },
      ],
    },
    {
      title: 'Bytes to sockets',
      description: 'Bytes of frames that were written.',
      unit: 'Bps',
      queries: [{ expr: rate('ws_sent_bytes_total', ['instance']), legend: '{{instance}}' }],
    },
  ],
};
