import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApi } from '../src/app/api.js';
import { openFoundation } from '../src/app/foundation.js';
import { readConfig } from '../src/config/config.js';
import { createLogger } from '../src/platform/logger.js';
import { addProcessMetrics } from '../src/platform/metrics/registry.js';

// An API in a process of its own, which says its URL and, when asked, the processor time that it has used and the
// longest time since the last question in which it heard nobody.
const config = readConfig();
const logger = createLogger({ level: config.observed ? 'info' : 'silent', pretty: false });
const foundation = await openFoundation(config, logger);
if (config.observed) addProcessMetrics(foundation.metrics.registry);
const api = createApi(foundation);
const { url } = await api.start();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.send?.({ url });
process.on('message', (asked) => {
  if (asked !== 'stop') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, longestMs: delay.max / 1e6 });
    delay.reset();
    return;
  }
  void api
    .stop()
    .then(() => foundation.stop())
    .then(() => process.exit());
});
process.on('disconnect', () => process.exit());
