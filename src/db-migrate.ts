import { runEntry } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';

/** `npm run db:migrate`: applies pending migrations, without any download, and exits. */
async function main(): Promise<number> {
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation({ ...config, autoMigrate: true }, logger);
  await foundation.stop();
  process.stdout.write('The database has every migration.\n');
  return 0;
}

runEntry(main);
