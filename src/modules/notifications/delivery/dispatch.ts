import type { Clock } from '../../../platform/clock.js';
import type { Logger } from '../../../platform/logger.js';
import type { QueueItem } from '../../../queue/item.js';
import { type HandlerOutcome, PermanentFailure } from '../../../queue/outcome.js';
import { type OutagePolicy, ProviderDown, Refused, type Shipment, TargetGone } from './adapter.js';
import { createCircuits } from './circuit.js';

/** Sends a shipment, unless its provider is left alone now; gives what became of it, or throws. */
export type Dispatch = (
  item: QueueItem,
  shipment: Shipment,
  outages: OutagePolicy,
  signal: AbortSignal,
) => Promise<HandlerOutcome>;

/** What has waited so long for a provider fails like anything else, and becomes a dead letter at last. */
const patienceMilliseconds = 24 * 3_600_000;
/** Those who wait for the same provider do not come all at once. */
const spreadSeconds = 2;
/** How soon another looks whether a provider is back, once one was found down. */
const retrySeconds = 5;

/** Creates the one way out for all channels, with a circuit for each provider. */
export function createDispatch(clock: Clock, logger: Logger): Dispatch {
  const circuits = createCircuits(clock);

  return async function dispatch(item, { provider, send }, { failuresToOpen, costAttempts }, signal) {
    const wait = circuits.admit(provider);
    if (wait > 0) return later(wait);
    try {
      await send(signal);
    } catch (error) {
      // Who gives up waiting has had no answer either.
      const down = error instanceof ProviderDown || signal.aborted;
      const open = circuits.settle(provider, !down, failuresToOpen);
      if (error instanceof TargetGone) return { kind: 'skipped', reason: error.message };
      if (error instanceof Refused) throw new PermanentFailure(error.message, { cause: error });
      const waited = clock.now().getTime() - item.createdAt.getTime();
      if (!open || costAttempts || waited > patienceMilliseconds) throw error;
      logger.warn({ err: error, provider, channel: item.channel }, 'a provider is down: deliveries wait');
      return later(retrySeconds);
    }
    circuits.settle(provider, true, failuresToOpen);
    return { kind: 'completed' };
  };
}

function later(seconds: number): HandlerOutcome {
  return { kind: 'deferred', delaySeconds: seconds + Math.random() * spreadSeconds };
}
