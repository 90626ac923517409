import { Session } from 'node:inspector/promises';

/**
 * Loaded before a server: tells the runner what the process has used of the processors, in µs, and holds in memory, and
 * takes a profile of it when asked.
 */
let session: Session | null = null;

async function answer(asked: unknown): Promise<unknown> {
  if (asked === 'profile') {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    return {};
  }
  if (asked === 'profiled' && session) {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  }
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, system, rss: process.memoryUsage.rss() };
}

process.on('message', (asked) => void answer(asked).then((told) => process.send?.(told)));
process.on('disconnect', () => process.exit());
process.channel?.unref();
