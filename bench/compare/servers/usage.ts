/** Loaded before a server: tells the runner what the process has used of the processors, in µs, and holds in memory. */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
process.channel?.unref();
