import { join } from 'node:path';
import { type Bus, createSignalBus } from '../channels/bus.js';
import { type Channels, createChannels } from '../channels/channels.js';
import { type Config, projectFolder } from '../config/config.js';
import { keptSecret } from '../config/secret-file.js';
import type { Clock } from '../platform/clock.js';
import { createDatabase, type Database } from '../platform/database/database.js';
import { createDatabaseClock } from '../platform/database/database-clock.js';
import type { StatementObserver } from '../platform/database/observed-client.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres/index.js';
import type { Logger } from '../platform/logger.js';
import { applyMigrations, pendingMigrations } from '../platform/migrations/index.js';
import { createOutbound, type Outbound } from '../platform/outbound/outbound.js';
import { type CreateLimiter, createLimiters } from '../platform/rate-limits/limiter.js';
import { connectRedis } from '../platform/redis/redis.js';
import { createPostgresSignals, type Signals } from '../platform/signals/postgres-signals.js';
import type { Tracing } from '../platform/tracing/tracing.js';
import { createVapidSigner, type VapidSigner } from '../platform/web-push/vapid.js';
import { createMetrics, type Metrics } from './metrics.js';
import { openTracing, recordStatement } from './tracing.js';
import { vapidKeys } from './vapid-keys.js';

/** What API and worker stand on; a process that runs both shares one. */
export interface Foundation {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly clock: Clock;
  readonly database: Database;
  readonly signals: Signals;
  readonly channels: Channels;
  /** Counts with all processes on the same Redis; without one, for itself. */
  readonly createLimiter: CreateLimiter;
  /** Signs access tokens. */
  readonly secret: string;
  /** Signs requests to push services. */
  readonly vapid: VapidSigner;
  /** To other people's servers. */
  readonly outbound: Outbound;
  /** Where the data lies, for people. */
  readonly dataPlace: string;
  /** Whether the database answers and has every migration. */
  ready(): Promise<boolean>;
  stop(): Promise<void>;
}

/** What a test may set; the defaults are real. */
export interface FoundationOverrides {
  readonly clock?: Clock;
  readonly observe?: StatementObserver;
  /** What the channels get instead of the bus over PostgreSQL. */
  readonly wrapBus?: (bus: Bus) => Bus;
}

const migrationsDir = join(projectFolder, 'prisma', 'migrations');

/** Starts or joins the database, applies pending migrations, and opens what everything else uses. */
export async function openFoundation(
  config: Config,
  logger: Logger,
  { clock: given, observe, wrapBus = (bus) => bus }: FoundationOverrides = {},
): Promise<Foundation> {
  const stops: (() => Promise<void>)[] = [];
  const metrics = createMetrics();
  const tracing = await openTracing(config);
  stops.push(() => tracing.stop());
  /** In reverse: what was opened last stands on what was opened first. */
  const stop = async () => {
    for (let close = stops.pop(); close; close = stops.pop()) await close();
  };
  try {
    const embedded = config.databaseUrl
      ? null
      : await startEmbeddedPostgres({ dataDir: config.dataDir, logger: logger.child({ part: 'postgres' }) });
    if (embedded) stops.push(() => embedded.stop());
    const url = config.databaseUrl ?? embedded?.url ?? '';
    const directUrl = config.databaseDirectUrl ?? url;
    if (config.autoMigrate) {
      await applyMigrations({
        databaseUrl: directUrl,
        migrationsDir,
        logger: logger.child({ part: 'migrations' }),
      });
    }

    const observeStatement: StatementObserver = (statement) => {
      metrics.database.observe(statement);
      if (statement.work) recordStatement(tracing, statement.work, statement);
      observe?.(statement);
    };
    const database = createDatabase({
      url,
      logger: logger.child({ part: 'database' }),
      poolSize: config.databasePoolSize,
      waitMs: config.databaseWaitMs,
      ...(config.observed || observe ? { observe: observeStatement } : {}),
    });
    metrics.database.watch(database);
    metrics.queue.watch(database);
    stops.push(() => database.stop());
    const databaseClock = createDatabaseClock({ database, logger });
    stops.push(async () => databaseClock.stop());
    if (!given) await databaseClock.start();
    const clock = given ?? databaseClock;
    const signals = createPostgresSignals({ directUrl, database, logger: logger.child({ part: 'signals' }) });
    stops.push(() => signals.stop());
    await signals.start();
    const redis = config.redisUrl ? connectRedis(config.redisUrl, logger.child({ part: 'redis' })) : null;
    if (redis) stops.push(() => redis.stop());
    const channels = createChannels({
      database,
      bus: wrapBus(createSignalBus(signals)),
      logger: logger.child({ part: 'channels' }),
    });

    let migrated = false;
    return {
      config,
      logger,
      metrics,
      tracing,
      clock,
      database,
      signals,
      channels,
      createLimiter: createLimiters(redis),
      vapid: createVapidSigner(await vapidKeys(config), config.vapidSubject),
      outbound: createOutbound({ allowInsecure: config.outboundInsecure }),
      secret: config.jwtSecret ?? (await keptSecret(config.dataDir)),
      dataPlace: embedded ? join(config.dataDir, 'postgres') : describe(url),
      async ready() {
        await database.sql('SELECT 1');
        // Migrations are only ever added by a newer release, which is another process.
        migrated ||= (await pendingMigrations({ databaseUrl: directUrl, migrationsDir })).length === 0;
        return migrated;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The database without its password. */
function describe(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname}:${port || 5432}${pathname}`;
}
