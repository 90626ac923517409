import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../../platform/metrics/registry.js';

/** What the gateway counts. */
export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** Adds the metrics of the gateway. Labels come from the schema and from the protocol, so that they are bounded. */
export function createGatewayMetrics(registry: MetricsRegistry) {
  const registers = [registry];
  // Counted on every write, hence as a plain number.
  const sent = { bytes: 0 };
  new Counter({
    name: 'ws_sent_bytes_total',
    help: 'Bytes of frames that were written to WebSockets.',
    registers,
    collect() {
      this.reset();
      this.inc(sent.bytes);
    },
  });
  const connections = new Counter({
    name: 'ws_connections_total',
    help: 'WebSockets by what became of them: accepted, or rejected by a limit, an origin or a bad token.',
    labelNames: ['status'] as const,
    registers,
  });
  // A series that only begins with its first rejection would hide that one from every rate.
  for (const status of ['accepted', 'rejected']) connections.inc({ status }, 0);
  return {
    sent,
    connections,
    active: new Gauge({ name: 'active_ws_connections', help: 'WebSockets that are open.', registers }),
    pingTimeouts: new Counter({
      name: 'ws_ping_timeout_total',
      help: 'WebSockets that were cut because they did not answer a ping.',
      registers,
    }),
    closes: new Counter({
      name: 'ws_closes_total',
      help: 'WebSockets that have closed, by close code; unknown codes of clients count as other.',
      labelNames: ['code'] as const,
      registers,
    }),
    subscriptions: new Gauge({
      name: 'active_subscriptions',
      help: 'Subscriptions that run, by field.',
      labelNames: ['field'] as const,
      registers,
    }),
    events: new Counter({
      name: 'subscription_events_total',
      help: 'Live events that were executed for anyone. subscription_executions_total over it is executions per event.',
      registers,
    }),
    executions: new Counter({
      name: 'subscription_executions_total',
      help: 'Events that were executed, by field. Beside subscription_deliveries_total it tells what sharing saves.',
      labelNames: ['field'] as const,
      registers,
    }),
    deliveries: new Counter({
      name: 'subscription_deliveries_total',
      help: 'Responses that were given to subscriptions, by field.',
      labelNames: ['field'] as const,
      registers,
    }),
    lag: new Histogram({
      name: 'subscription_fanout_lag_seconds',
      help: 'From the commit of a live event to its response being written to a socket.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    resumes: new Counter({
      name: 'subscription_resumes_total',
      help: 'Subscriptions that began at a cursor.',
      registers,
    }),
    resets: new Counter({
      name: 'subscription_resets_total',
      help: 'Subscriptions that were answered with ChannelReset, by reason.',
      labelNames: ['reason'] as const,
      registers,
    }),
  };
}
