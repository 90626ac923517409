import type { Clock } from '../../../platform/clock.js';

/**
 * Leaves a provider that is down alone: what is for it waits without having failed. One shipment at a time then tries
 * whether it is back. Each worker process learns that for itself.
 */
export interface Circuits {
  /** Seconds to wait before anything may be sent to the provider; 0: now. Call `settle` after every 0. */
  admit(provider: string): number;
  /** How the sending that was admitted went; gives whether the provider is left alone now. */
  settle(provider: string, up: boolean, failuresToOpen: number): boolean;
}

interface Circuit {
  failures: number;
  /** Milliseconds since 1970 until which it is open; 0 when it is closed. */
  openUntil: number;
  openings: number;
  probing: boolean;
}

const firstWaitSeconds = 5;
const maxWaitSeconds = 60;
/** While another tries. */
const probeWaitSeconds = 2;
/** Providers that are not known to be down need no entry, so this bounds what is kept. */
const maxCircuits = 1_000;

/** Creates circuits, all closed. */
export function createCircuits(clock: Clock): Circuits {
  const circuits = new Map<string, Circuit>();

  return {
    admit(provider) {
      const circuit = circuits.get(provider);
      if (!circuit || circuit.openings === 0) return 0;
      const left = circuit.openUntil - clock.now().getTime();
      if (left > 0) return left / 1_000;
      if (circuit.probing) return probeWaitSeconds;
      circuit.probing = true;
      return 0;
    },

    settle(provider, up, failuresToOpen) {
      if (up) {
        circuits.delete(provider);
        return false;
      }
      const circuit = circuits.get(provider) ?? { failures: 0, openUntil: 0, openings: 0, probing: false };
      circuits.delete(provider);
      if (circuits.size >= maxCircuits) circuits.delete(circuits.keys().next().value as string);
      circuits.set(provider, circuit);
      circuit.failures += 1;
      if (circuit.failures < failuresToOpen) return false;
      // Those that were under way when it opened tell nothing new.
      if (circuit.openings === 0 || circuit.probing) {
        const seconds = Math.min(firstWaitSeconds * 2 ** circuit.openings, maxWaitSeconds);
        circuit.openUntil = clock.now().getTime() + seconds * 1_000;
        circuit.openings += 1;
      }
      circuit.probing = false;
      return true;
    },
  };
}
