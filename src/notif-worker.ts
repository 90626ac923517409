import { parseArgs } from 'node:util';
import { runEntry, UsageError } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { runUntilSignal } from './app/signals.js';
import { createWorker } from './app/worker.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';

const help = `Delivers the notifications that wait in the queue.

npm run notif-worker -- [options]

  --batch-size N     items claimed at once (50)
  --interval S       looks for work at least every S seconds, should a wake-up be lost (5)
  --concurrency N    deliveries at the same time (8)
  --drain-timeout S  on SIGINT or SIGTERM: seconds for what runs (10)
  --once             delivers what is due and exits: 0, or 1 if something failed
  --help             this text
`;

const options = {
  'batch-size': { type: 'string', default: '50' },
  interval: { type: 'string', default: '5' },
  concurrency: { type: 'string', default: '8' },
  'drain-timeout': { type: 'string', default: '10' },
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The flags of the command line; a bad one is told with the help text. */
function readFlags() {
  const { values } = parseArgs({ options });
  const number = (name: Exclude<keyof typeof options, 'once' | 'help'>, min: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < min)
      throw new UsageError(`--${name} takes a whole number of at least ${min}`);
    return value;
  };
  return {
    help: values.help,
    once: values.once,
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
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation(config, logger);
  const worker = createWorker(foundation, flags);
  try {
    if (flags.once) return (await worker.drain()).failed > 0 ? 1 : 0;
    worker.start();
    logger.info({ ...flags }, 'the worker runs; Ctrl-C stops it');
    return await runUntilSignal(worker, logger);
  } finally {
    await worker.stop();
    await foundation.stop();
  }
}

runEntry(main);
