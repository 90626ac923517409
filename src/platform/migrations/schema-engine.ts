import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type * as Bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/** One Prisma schema file: its path (for messages) and its text. */
export type SchemaFile = Bindings.SchemaContainer;

/** What `openSchemaEngine` needs. */
interface SchemaEngineOptions {
  readonly adapter: SqlMigrationAwareDriverAdapterFactory;
  /** Gets the engine's own log lines (JSON). */
  readonly onLog?: (line: string) => void;
}

type Exports = Record<string, () => void>;
type Startable = typeof Bindings & { __wbg_set_wasm(exports: Exports): void };

// Node has it; the compiler's list of Node's globals does not.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

// The generated bindings keep their memory in module state: a second instance would break the first.
let loading: Promise<typeof Bindings> | undefined;

/** The engine forgets the timers of its time limits; they would keep the process running for ten seconds. */
function letProcessEnd(bindings: object): object {
  const entries = Object.entries(bindings).map(([name, imported]) => {
    if (!name.startsWith('__wbg_setTimeout_')) return [name, imported];
    return [
      name,
      (...args: unknown[]) => (imported as (...args: unknown[]) => NodeJS.Timeout)(...args).unref(),
    ];
  });
  return Object.fromEntries(entries);
}

async function instantiate(): Promise<typeof Bindings> {
  const name = '@prisma/schema-engine-wasm/schema_engine_bg';
  const bindings = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Startable;
  const file = createRequire(import.meta.url)
    .resolve(name)
    .replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    './schema_engine_bg.js': letProcessEnd(bindings),
  });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports['__wbindgen_start']?.();
  return bindings;
}

/**
 * Prisma's schema engine as WebAssembly from the npm package: Node cannot import its `.wasm` as it is, and the
 * native engine would be a download. It connects at once; the caller frees it.
 * Throws what the adapter's connection throws.
 */
export async function openSchemaEngine(options: SchemaEngineOptions): Promise<Bindings.SchemaEngine> {
  loading ??= instantiate();
  const { SchemaEngine } = await loading;
  const datamodels: [string, string][] = [
    ['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}\n'],
  ];
  const adapter = bindMigrationAwareSqlAdapterFactory(options.adapter);
  return SchemaEngine.new({ datamodels }, options.onLog ?? (() => {}), adapter);
}
