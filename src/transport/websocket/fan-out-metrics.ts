import type { FanOutObserver } from '../../graphql/fan-out.js';
import type { Clock } from '../../platform/clock.js';
import type { GatewayMetrics } from './metrics.js';

/** Counts what the fan-out does: once per event, not once per subscriber. */
export function fanOutObserver(metrics: GatewayMetrics, clock: Clock): FanOutObserver {
  /** Those that were counted already: each group of subscribers executes an event for itself. */
  const counted = new WeakSet<object>();
  return {
    began(field, resumed) {
      metrics.subscriptions.inc({ field });
      if (resumed) metrics.resumes.inc();
    },
    executed(field, item) {
      metrics.executions.inc({ field });
      if (item.type !== 'event' || counted.has(item.event)) return;
      counted.add(item.event);
      metrics.events.inc();
    },
    delivered(field, count, item, live) {
      metrics.deliveries.inc({ field }, count);
      if (item.type === 'reset') metrics.resets.inc({ reason: item.reason });
      // The two clocks may differ a little: the database's and ours.
      if (live) metrics.lag.observe(Math.max(0, clock.now().getTime() - item.occurredAt.getTime()) / 1_000);
    },
    ended: (field) => metrics.subscriptions.dec({ field }),
  };
}
