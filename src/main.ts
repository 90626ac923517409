import { parseArgs } from 'node:util';
import { createApi } from './app/api.js';
import { banner } from './app/banner.js';
import { runEntry } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { runUntilSignal } from './app/signals.js';
import { createWorker } from './app/worker.js';
import { readConfig } from './config/config.js';
import { demoAccounts, loadDemoData } from './demo/load-demo-data.js';
import { createLogger } from './platform/logger.js';
import { addProcessMetrics } from './platform/metrics/registry.js';

/** `npm start`: API and worker in one process; `npm run api` passes --no-worker. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { 'no-worker': { type: 'boolean', default: false } } });
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation(config, logger);
  if (config.observed) addProcessMetrics(foundation.metrics.registry);
  const accounts = config.demoData ? await demoAccounts() : [];
  const api = createApi(foundation, { demoAccounts: accounts });
  const worker = values['no-worker'] ? null : createWorker(foundation);
  const stop = async () => {
    await Promise.all([api.stop(), worker?.stop()]);
    await foundation.stop();
  };
  try {
    if (config.demoData) await loadDemoData(foundation.database, foundation.clock.now(), logger);
    const address = await api.start();
    worker?.start();
    process.stdout.write(
      banner({
        ...address,
        graphiql: config.graphiql,
        worker: worker !== null,
        place: foundation.dataPlace,
        accounts,
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return runUntilSignal({ stop }, logger);
}

runEntry(main);
