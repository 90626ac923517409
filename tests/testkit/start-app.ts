import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../../src/app/api.js';
import { type Foundation, type FoundationOverrides, openFoundation } from '../../src/app/foundation.js';
import { createWorker, type Worker, type WorkerOptions } from '../../src/app/worker.js';
import { type Config, readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { eventually } from './eventually.js';
import { createGraphqlClient, type GraphqlClient } from './graphql-client.js';
import { createSeed, type Seed } from './seed.js';
import { createSocketClient, type SocketClient, type SocketOptions } from './socket-client.js';
import { createStatementRecorder, type StatementRecorder } from './statements.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** A running API with a database of its own, and what a test does with it. */
export interface TestApp {
  /** The GraphQL endpoint over HTTP. */
  readonly url: string;
  /** The same over WebSocket. */
  readonly wsUrl: string;
  readonly origin: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly foundation: Foundation;
  /** Makes schools, people and lessons. */
  readonly seed: Seed;
  readonly statements: StatementRecorder;
  /** A client that speaks for the owner of the token, or for nobody. */
  client(accessToken?: string | null): GraphqlClient;
  /** A graphql-ws client on a socket of its own; closed at the end. */
  socket(accessToken?: string | null, options?: SocketOptions): SocketClient;
  /** A worker on the same foundation, stopped at the end. Not started. */
  worker(options?: WorkerOptions): Worker;
  /** Runs whatever is due in the notification queue. */
  deliver(): Promise<void>;
  /** Stops everything, and fails when it leaves something open. */
  stop(): Promise<void>;
}

export interface StartAppOptions extends FoundationOverrides {
  readonly config?: Partial<Config>;
  /** Instead of a new one; dropped at the end all the same. */
  readonly database?: TestDatabase;
  /** Takes every line that is logged, down to the finest. */
  readonly log?: { write(line: string): void };
}

const secret = 'a secret for tests, long enough for HS256';

/** Starts the API on a free port over a database cloned from the migrated template. */
export async function startApp({
  config: changes = {},
  log,
  database,
  ...overrides
}: StartAppOptions = {}): Promise<TestApp> {
  const testDatabase = database ?? (await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-app-'));
  const statements = createStatementRecorder();
  const defaults = readConfig({
    DATABASE_URL: testDatabase.url,
    LECTERN_DATA_DIR: dataDir,
    JWT_SECRET: secret,
    PORT: '0',
    // Tests ask more in a second than people in a minute; those of the limits themselves set some.
    RATE_LIMITS: 'false',
  });
  const config: Config = {
    ...defaults,
    autoMigrate: false,
    databasePoolSize: 8,
    // Machines that run the suite may be slow; those who wait in vain are another test's subject.
    databaseWaitMs: 15_000,
    unreadMessageDelaySeconds: 0,
    // The suite keeps every processor busy: hashing would wait for the end of it.
    passwordNiceness: 0,
    ...changes,
  };
  const logger = createLogger({ level: log ? 'trace' : 'silent', pretty: false }, log);
  const foundation = await openFoundation(config, logger, { observe: statements.observe, ...overrides });
  const api = createApi(foundation);
  const { url, origin } = await api.start();
  const wsUrl = url.replace(/^http/, 'ws');
  const sockets: SocketClient[] = [];
  const workers: Worker[] = [];

  const worker = (options: WorkerOptions = {}) => {
    const created = createWorker(foundation, options);
    workers.push(created);
    return created;
  };
  return {
    url,
    wsUrl,
    origin,
    databaseUrl: testDatabase.url,
    dataDir,
    foundation,
    statements,
    seed: createSeed(foundation.database, secret, foundation.clock),
    client: (accessToken = null) => createGraphqlClient(url, accessToken),
    socket(accessToken = null, options = {}) {
      const socket = createSocketClient(wsUrl, accessToken, options);
      sockets.push(socket);
      return socket;
    },
    worker,
    async deliver() {
      const one = createWorker(foundation);
      await one.drain();
      await one.stop();
    },
    async stop() {
      await Promise.all(sockets.map((socket) => socket.dispose()));
      await Promise.all(workers.map((one) => one.stop()));
      await api.stop();
      await foundation.stop();
      // A pool or a listener that was forgotten would still be connected.
      await eventually(testDatabase.connections, (count) => count === 0);
      await testDatabase.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
