import { openFoundation } from './app/foundation.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';

/** `npm run db:migrate`: applies pending migrations, without any download, and exits. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation({ ...config, autoMigrate: true }, logger);
  await foundation.stop();
  process.stdout.write('The database has every migration.\n');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.name === 'ConfigError' ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
