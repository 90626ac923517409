import { type Dashboard, quantile, rate } from './dashboard.js';

export const api: Dashboard = {
  uid: 'lectern-api',
  title: 'API',
  panels: [
    {
      title: 'Requests',
      description: 'HTTP requests a second by route and status.',
      unit: 'reqps',
      queries: [
        {
          expr: rate('api_request_latency_seconds_count', ['path', 'status']),
          legend: '{{path}} {{status}}',
        },
      ],
    },
    {
      title: 'Time of requests',
      description: 'Half of the requests, nearly all, and all but one of a hundred take no longer.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, 'api_request_latency_seconds'),
        legend: `p${share * 100}`,
      })),
    },
    {
      title: 'Operations',
      description: 'The ten operations that are asked for most.',
      unit: 'ops',
      queries: [
        {
          expr: `topk(10, ${rate('graphql_operations_total', ['operation', 'type'])})`,
          legend: '{{type}} {{operation}}',
        },
      ],
    },
    {
      title: 'Slowest operations',
      description:
        'The ten operations with the longest p95. The log has the statements of those over SLOW_OPERATION_MS.',
      unit: 's',
      queries: [
        {
          expr: `topk(10, ${quantile(0.95, 'graphql_operation_latency_seconds', ['operation'])})`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Failures by code',
      description:
        'Operations that did not end in OK. INTERNAL_ERROR and SERVICE_UNAVAILABLE are ours to mend; the others are answers.',
      unit: 'ops',
      queries: [{ expr: rate('graphql_operations_total', ['code'], '{code!="OK"}'), legend: '{{code}}' }],
    },
    {
      title: 'Messages and notifications',
      description: 'What people do: chat messages by kind of room, notifications by channel.',
      unit: 'ops',
      queries: [
        { expr: rate('chat_messages_total', ['type']), legend: 'message {{type}}' },
        { expr: rate('notifications_sent_total', ['channel']), legend: 'notification {{channel}}' },
      ],
    },
    {
      title: 'Event loop lag',
      description:
        'How late timers fire. Over 0.1 s everybody waits: something computes too long, or the process needs company.',
      unit: 's',
      queries: [
        { expr: 'nodejs_eventloop_lag_p99_seconds', legend: 'p99 {{instance}}' },
        { expr: 'nodejs_eventloop_lag_mean_seconds', legend: 'mean {{instance}}' },
      ],
    },
    {
      title: 'Memory',
      description: 'Heap in use and the process as a whole.',
      unit: 'bytes',
      queries: [
        { expr: 'nodejs_heap_size_used_bytes', legend: 'heap {{instance}}' },
        { expr: 'process_resident_memory_bytes', legend: 'resident {{instance}}' },
      ],
    },
    {
      title: 'Processor and garbage collection',
      description: 'Share of one core in use, and of it for collecting garbage.',
      unit: 'percentunit',
      queries: [
        { expr: 'rate(process_cpu_seconds_total[5m])', legend: 'CPU {{instance}}' },
        { expr: 'sum by (kind) (rate(nodejs_gc_duration_seconds_sum[5m]))', legend: 'GC {{kind}}' },
      ],
    },
  ],
};
