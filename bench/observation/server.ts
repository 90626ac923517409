import { createApi } from '../../src/app/api.js';
import { openFoundation } from '../../src/app/foundation.js';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { addProcessMetrics } from '../../src/platform/metrics/registry.js';

// An API in a process of its own, which says its URL and, when asked, the processor time that it has used.
const config = readConfig();
const logger = createLogger({ level: config.observed ? 'info' : 'silent', pretty: false });
const foundation = await openFoundation(config, logger);
if (config.observed) addProcessMetrics(foundation.metrics.registry);
const api = createApi(foundation);
const { url } = await api.start();
process.send?.({ url });
process.on('message', (asked) => {
  if (asked !== 'stop') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
    return;
  }
  void api
    .stop()
    .then(() => foundation.stop())
    .then(() => process.exit());
});
process.on('disconnect', () => process.exit());
