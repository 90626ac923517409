import { parseArgs } from 'node:util';
import { runEntry, UsageError } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { metricsServerOf } from './app/metrics-server.js';
import { createProgress } from './app/progress.js';
import { firstSignal } from './app/signals.js';
import { createWorker } from './app/worker.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';
import { addProcessMetrics } from './platform/metrics/registry.js';

const help = `Delivers the notifications that wait in the queue.

npm run notif-worker -- [options]

  --batch-size N     items claimed at once (50)
  --interval S       looks for work at least every S seconds, should a wake-up be lost (5)
  --concurrency N    deliveries at the same time (8)
  --drain-timeout S  on SIGINT or SIGTERM: seconds for what runs; a second signal ends it at once (10)
  --once             delivers what is due and exits: 0, or 1 if something failed
  --retry-failed     first makes all dead letters due again; then works as without it
  --help             this text

On a terminal the last line shows how it is doing. Otherwise each batch is a line of JSON.
`;

const options = {
  'batch-size': { type: 'string', default: '50' },
  interval: { type: 'string', default: '5' },
  concurrency: { type: 'string', default: '8' },
  'drain-timeout': { type: 'string', default: '10' },
  once: { type: 'boolean', default: false },
  'retry-failed': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The flags of the command line; a bad one is told as what is expected. */
function readFlags() {
  const { values } = parseArgs({ options });
  const number = (name: 'batch-size' | 'interval' | 'concurrency' | 'drain-timeout', min: number) => {
    const value = Number(values[name]);
    if (!/^\d+$/.test(values[name]) || value < min || value > 10_000)
      throw new UsageError(`--${name} takes a whole number from ${min} to 10000`);
    return value;
  };
  return {
    help: values.help,
    once: values.once,
    retryFailed: values['retry-failed'],
    batchSize: number('batch-size', 1),
    intervalSeconds: number('interval', 1),
    concurrency: number('concurrency', 1),
    drainTimeoutSeconds: number('drain-timeout', 0),
  };
}

async function main(): Promise<number> {
  const flags = readFlags();
  if (flags.help) {
    process.stdout.write(help);
    return 0;
  }
  const config = readConfig();
  const progress = process.stdout.isTTY ? createProgress(process.stdout) : null;
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty }, progress?.log);
  const foundation = await openFoundation(config, logger);
  addProcessMetrics(foundation.metrics.registry);
  const { workerMetricsPort } = config;
  const metrics = workerMetricsPort === null ? null : metricsServerOf(foundation, workerMetricsPort);
  const worker = createWorker(foundation, {
    ...flags,
    onBatch: (batch) => (progress ? progress.count(batch) : logger.info(batch, 'batch')),
  });
  const stopped = firstSignal(logger).then(() => worker.stop());
  try {
    await metrics?.start();
    if (flags.retryFailed) logger.info({ items: await worker.retryFailed() }, 'dead letters are due again');
    progress?.start(worker.depth);
    if (flags.once) return (await worker.drain()).failed > 0 ? 1 : 0;
    worker.start();
    logger.info({ ...flags }, 'the worker runs; Ctrl-C stops it');
    await stopped;
    return 0;
  } finally {
    await worker.stop();
    progress?.stop();
    await metrics?.stop();
    await foundation.stop();
  }
}

runEntry(main);
