/** A process of its own that applies migrations; run, and killed, by the test beside it. */

import { createLogger } from '../../src/platform/logger.js';
import { applyMigrations } from '../../src/platform/migrations/index.js';

const [databaseUrl = '', migrationsDir = ''] = process.argv.slice(2);
await applyMigrations({
  databaseUrl,
  migrationsDir,
  logger: createLogger({ level: 'silent', pretty: false }),
});
