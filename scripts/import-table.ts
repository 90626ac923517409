import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** The modules in their order: each may use those before it. */
export const moduleOrder = [
  'accounts',
  'relations',
  'availability',
  'lessons',
  'series',
  'classrooms',
  'chats',
  'boards',
  'room-exports',
  'moderation',
  'presence',
  'calendar-feed',
  'notifications',
  'privacy',
] as const;

/**
 * Which rooms of the house a room may import from, besides itself. Everything points down this list; what is needed
 * upward is handed in by `app`. `docs/architecture.md` shows the same table.
 */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  config: ['shared'],
  platform: ['shared', 'generated'],
  channels: ['platform', 'shared'],
  queue: ['platform', 'shared', 'generated'],
  graphql: ['channels', 'platform', 'shared'],
  modules: ['graphql', 'queue', 'channels', 'platform', 'shared', 'generated'],
  'graphql/schema.ts': ['graphql', 'modules'],
  transport: ['graphql', 'platform', 'shared'],
  demo: ['modules', 'platform', 'config', 'shared'],
  app: [
    'graphql/schema.ts',
    'transport',
    'demo',
    'modules',
    'graphql',
    'queue',
    'channels',
    'platform',
    'config',
    'shared',
  ],
  'main.ts': ['app', 'demo', 'config', 'platform'],
  'notif-worker.ts': ['app', 'config', 'platform'],
  'db-migrate.ts': ['app', 'config', 'platform'],
  'audit-verify.ts': ['app', 'config', 'platform'],
  'admin-create.ts': ['app', 'config', 'platform'],
  'account-data.ts': ['app', 'config', 'platform'],
};

/** An import that the table does not allow. */
export interface Violation {
  readonly file: string;
  readonly imports: string;
}

/** The room that a file of `src` is in: a key of the table, or `generated`. */
export function roomOf(file: string): string {
  return importTable[file] ? file : (file.split('/')[0] ?? file);
}

const importOf =
  /(?:^|[\s;])(?:import|export)\s[^'"]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)|^import\s*['"](\.[^'"]+)['"]/gm;

/** The files of `src` with the files of ours that they import, both relative to `src`. */
export async function readImports(): Promise<Map<string, string[]>> {
  const imports = new Map<string, string[]>();
  for (const entry of await readdir(src, { recursive: true })) {
    const file = entry.replaceAll('\\', '/');
    if (!file.endsWith('.ts') || file.startsWith('generated/')) continue;
    const text = await readFile(join(src, file), 'utf8');
    const targets = [...text.matchAll(importOf)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    imports.set(
      file,
      targets.map((target) => relative(src, join(src, dirname(file), target)).replace(/\.js$/, '.ts')),
    );
  }
  return imports;
}

/** Whether one file may import another. */
export function allowed(file: string, target: string): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === 'modules' && to === 'modules') {
    const [a, b] = [file, target].map((path) =>
      moduleOrder.indexOf(path.split('/')[1] as (typeof moduleOrder)[number]),
    );
    return a !== undefined && b !== undefined && b !== -1 && b <= a;
  }
  return from === to || (importTable[from]?.includes(to) ?? false);
}

/** Every import that the table does not allow. */
export async function findViolations(): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [file, targets] of await readImports()) {
    for (const target of targets) if (!allowed(file, target)) found.push({ file, imports: target });
  }
  return found;
}

/** Files that import each other in a ring, one ring of each. */
export async function findCycles(): Promise<string[][]> {
  const imports = await readImports();
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[][] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles;
}
