import { type Dashboard, quantile, rate } from './dashboard.js';

export const queue: Dashboard = {
  uid: 'lectern-queue',
  title: 'notification queue',
  panels: [
    {
      title: 'Due items',
      description:
        'Items that are due and not taken up. It is asked of the database, so every process shows the same.',
      unit: 'short',
      queries: [{ expr: 'max(queue_items_due)', legend: 'due' }],
    },
    {
      title: 'Age of the oldest',
      description:
        'For how long the oldest item has been due. Rising while items are due: no worker keeps up, or none runs.',
      unit: 's',
      queries: [{ expr: 'max(queue_oldest_due_seconds)', legend: 'oldest' }],
    },
    {
      title: 'Outcomes',
      description: 'Attempts a second by what came of them.',
      unit: 'ops',
      queries: [{ expr: rate('queue_outcomes_total', ['outcome']), legend: '{{outcome}}' }],
    },
    {
      title: 'Failures by event',
      description: 'Attempts that failed, by event type and channel.',
      unit: 'ops',
      queries: [
        {
          expr: `topk(10, ${rate('queue_outcomes_total', ['event_type', 'channel'], '{outcome="failed"}')})`,
          legend: '{{event_type}} {{channel}}',
        },
      ],
    },
    {
      title: 'Dead letters',
      description:
        'Items that were given up and not retried: `deadLetters` lists them, `--retry-failed` makes them due.',
      unit: 'short',
      queries: [{ expr: 'max(queue_dead_letters)', legend: 'dead letters' }],
    },
    {
      title: 'Attempts',
      description: 'How many attempts items took until they were done with: the mean, by how it ended.',
      unit: 'short',
      queries: [
        {
          expr: `${rate('queue_item_attempts_sum', ['outcome'])} / ${rate('queue_item_attempts_count', ['outcome'])}`,
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Wait',
      description: 'From due to taken up, p95, by channel.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'queue_wait_seconds', ['channel']), legend: '{{channel}}' }],
    },
    {
      title: 'Time of handlers',
      description: 'p95, by channel. Long times of email or webhook are the provider.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'queue_handler_seconds', ['channel']), legend: '{{channel}}' }],
    },
  ],
};
