import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { contenders } from './contenders.js';
import type { Series } from './measure.js';
import type { OperationName } from './operations.js';
import type { Shares } from './profile.js';
import type { Told } from './statements.js';

export interface Profile {
  readonly operation: OperationName;
  readonly contender: string;
  readonly shares: Shares;
}

/** How and where an operation was measured. */
export interface Run {
  readonly date: string;
  /** Average load of the machine at the end; about 2 when nothing else was at work on two cores. */
  readonly load?: number;
  readonly seconds: number;
  readonly repeats: number;
  readonly machine: Machine;
  readonly postgres: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Of the servers. */
  readonly node: string;
  /** Of the packages that are compared. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of Lectern's code. */
  readonly commit: string;
}

/** All that is known: benchmarks.json. */
export interface Results {
  readonly runs: Readonly<Partial<Record<OperationName, Run>>>;
  readonly series: readonly Series[];
  readonly told: readonly Told[];
  readonly profiles: readonly Profile[];
}

const run = promisify(execFile);
export const docs = new URL('../../docs/performance/', import.meta.url);
const file = new URL('benchmarks.json', docs);

export async function readResults(): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text ? JSON.parse(text) : { runs: {}, series: [], told: [], profiles: [] };
}

/** Puts the figures of an operation in the place of those of before; of what was not measured now those of before stay. */
export async function saveResults(
  operation: OperationName,
  measured: {
    readonly run: Run;
    readonly series: readonly Series[];
    readonly told: readonly Told[];
    readonly profiles: readonly Profile[];
  },
): Promise<void> {
  const before = await readResults();
  const replaced = <Of extends { readonly operation: OperationName }>(
    old: readonly Of[],
    now: readonly Of[],
  ) => (now.length === 0 ? old : [...old.filter((one) => one.operation !== operation), ...now]);
  const results: Results = {
    runs: measured.series.length === 0 ? before.runs : { ...before.runs, [operation]: measured.run },
    series: replaced(before.series, measured.series),
    told: replaced(before.told, measured.told),
    profiles: replaced(before.profiles, measured.profiles),
  };
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`);
}

async function versionOf(name: string): Promise<string> {
  const text = await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return JSON.parse(text).version;
}

/** The machine, and the versions on it. */
export async function machineOf(node: string): Promise<Machine> {
  const names = [...new Set(contenders.flatMap(({ packages }) => packages)), 'graphql', 'pg'];
  const version = await run(node, ['--version']);
  const commit = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname }).catch(
    () => null,
  );
  return {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${release()}`,
    node: version.stdout.trim(),
    versions: Object.fromEntries(
      await Promise.all(names.sort().map(async (name) => [name, await versionOf(name)] as const)),
    ),
    commit: commit?.stdout.trim() ?? 'unknown',
  };
}
