import type { Signals } from '../platform/signals/postgres-signals.js';

/**
 * Tells all nodes that a channel has grown. It may lose, repeat and reorder: correctness never depends on it, only
 * latency does. Over PostgreSQL now; an adapter for many nodes comes beside this one.
 */
export interface Bus {
  publish(channel: string, seq: number): void;
  onWake(wake: (channel: string, seq: number) => void): void;
  /** Called when the bus is back after a loss of connection. */
  onResume(resume: () => void): void;
}

const topic = 'channel';

/** The bus over LISTEN and NOTIFY. */
export function createSignalBus(signals: Signals): Bus {
  return {
    publish: (channel, seq) => signals.send(topic, `${channel} ${seq}`),
    onWake: (wake) => {
      signals.listen(topic, (message) => {
        const [channel, seq] = message.split(' ');
        if (channel && seq) wake(channel, Number(seq));
      });
    },
    onResume: (resume) => signals.onReconnect(resume),
  };
}
