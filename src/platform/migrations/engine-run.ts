import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { Pool } from 'pg';
import type { Logger } from '../logger.js';
import { FINISH, isOneTransaction } from './interruption.js';
import type { Migration } from './migration-folder.js';
import { openSchemaEngine } from './schema-engine.js';

const LOCK_FILE = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };

/**
 * Sends a script whole, as the native engine does: PostgreSQL then runs it as one transaction. The adapter's own
 * way cuts it at every semicolon, also inside strings, comments and function bodies.
 */
function sendScriptsWhole(
  pool: Pool,
  migrations: readonly Migration[],
): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const scripts = new Set(migrations.map(({ sql }) => sql));
  const connect = async () => {
    const connection = await factory.connect();
    connection.executeScript = async (script) => {
      const sql = scripts.has(script) && isOneTransaction(script) ? `${FINISH} ${script}` : script;
      await connection.executeRaw({ sql, args: [], argTypes: [] });
    };
    return connection;
  };
  const { provider, adapterName } = factory;
  return { provider, adapterName, connect, connectToShadowDb: () => factory.connectToShadowDb() };
}

/**
 * Applies what is pending through Prisma's engine, which keeps the history in `_prisma_migrations`.
 * Gives the names applied; throws the engine's error for the migration that failed.
 */
export async function runEngine(
  databaseUrl: string,
  migrationsDir: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<string[]> {
  const pool = new Pool({ connectionString: databaseUrl });
  pool.on('error', (error) => logger.debug({ err: error }, 'a connection for migrations broke'));
  try {
    const adapter = sendScriptsWhole(pool, migrations);
    const engine = await openSchemaEngine({
      adapter,
      onLog: (line) => logger.trace({ line }, 'schema engine'),
    });
    try {
      const migrationDirectories = migrations.map(({ name, sql }) => ({
        path: name,
        migrationFile: { path: join(name, 'migration.sql'), content: { tag: 'ok' as const, value: sql } },
      }));
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: migrationsDir,
          lockfile: LOCK_FILE,
          shadowDbInitScript: '',
          migrationDirectories,
        },
        filters: { externalTables: [], externalEnums: [] },
      });
      return appliedMigrationNames;
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}
