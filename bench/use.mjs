import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded before a server: tells the processor time that the process has used, in µs, and the longest time since the last
// question in which it heard nobody, in ms.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, longestMs: delay.max / 1e6 });
  delay.reset();
});
process.on('disconnect', () => process.exit());
process.channel?.unref();
