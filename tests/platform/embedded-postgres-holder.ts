/** A process of its own that uses the embedded server until it reads a line; run by the test beside it. */
import { once } from 'node:events';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';

const logger = createLogger({ level: 'silent', pretty: false });
const server = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  logger,
  settings: { fsync: 'off' },
});
process.stdout.write(`${server.url}\n`);
await once(process.stdin, 'data');
await server.stop();
process.exit(0);
