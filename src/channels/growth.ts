/** Channels whose last known step is remembered, so that a repeated wake-up is not told again. */
const maxRemembered = 10_000;

/** Tells that a channel has grown, for those who do not follow it. */
export function createGrowth() {
  const hearers: ((channel: string) => void)[] = [];
  const known = new Map<string, number>();
  return {
    listen: (hear: (channel: string) => void) => void hearers.push(hear),

    reached(channel: string, seq: number): void {
      if (hearers.length === 0 || (known.get(channel) ?? -1) >= seq) return;
      known.delete(channel);
      known.set(channel, seq);
      const [oldest] = known.keys();
      if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
      for (const hear of hearers) hear(channel);
    },
  };
}
