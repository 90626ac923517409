import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import { openSchemaEngine, type SchemaFile } from './schema-engine.js';

/** The answer to the one thing that the engine asks when it connects: schema exists, version, its number. */
const VERSION: SqlResultSet = {
  columnNames: ['exists', 'version', 'numeric_version'],
  columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
  rows: [[true, 'PostgreSQL 18.0', 180000]],
};

/** Every database has it, and even IF NOT EXISTS asks for a privilege that the application's role may lack. */
const PUBLIC_SCHEMA = /^-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/;

/** A PostgreSQL that only tells its version: comparing two schemas reads no database. */
function versionOnly(): SqlMigrationAwareDriverAdapterFactory {
  const name = { provider: 'postgres', adapterName: 'version-only' } as const;
  const refuse = () => Promise.reject(new Error('a comparison of schemas reads no database'));
  const connection: SqlDriverAdapter = {
    ...name,
    queryRaw: async () => VERSION,
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: async () => {},
  };
  const connect = async () => connection;
  return { ...name, connect, connectToShadowDb: connect };
}

/**
 * The SQL that turns a database of the schema `before` (no files: an empty database) into one of `after`, or
 * undefined when they need no change. Throws the engine's message when a schema is not valid.
 */
export async function diffSchemas(
  before: readonly SchemaFile[],
  after: readonly SchemaFile[],
): Promise<string | undefined> {
  const engine = await openSchemaEngine({ adapter: versionOnly() });
  try {
    const { exitCode, stdout } = await engine.diff({
      from: before.length > 0 ? { tag: 'schemaDatamodel', files: [...before] } : { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [...after] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    // With `exitCode`, the engine answers 2 for a change and 0 for none.
    return exitCode === 2 && stdout ? stdout.replace(PUBLIC_SCHEMA, '') : undefined;
  } finally {
    engine.free();
  }
}
