import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, guards } from './guards/guards.js';

// `npm run check:guards [-- part of a name …]`: takes each guard out in a copy of the project, one at a time, and runs
// the tests that have to notice. Prints a table, and exits with 1 when a guard survives, when one is not where the list
// says, or when its tests fail without any change. `--removed-only` leaves out the last, where the suite has just passed.
const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const removedOnly = process.argv.includes('--removed-only');
const chosen = guards.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

interface Outcome {
  readonly passed: number;
  /** The names of those that failed. */
  readonly failed: readonly string[];
  /** Why no test could be run at all. */
  readonly broken: string | null;
}

/** What `--json` of Jest tells. */
interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Tests that need no PostgreSQL, which would take longer to start than they run. */
const alone =
  /^tests\/(unit\/|transport\/|contract\/(statements|permissions)|api\/(transport|http-door)|realtime\/gateway-errors)/;
const withoutDatabase = `import base from './jest.config.js';
const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = base;
export default rest;
`;

/** A copy to change; what is installed and the history stay outside. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'lectern-guards-'));
  const outside = new Set(['node_modules', '.git', '.data', 'coverage', 'dist']);
  cpSync(root, copy, { recursive: true, filter: (from) => !outside.has(basename(from)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'jest.alone.config.js'), withoutDatabase);
  return copy;
}

function configOf({ tests, inFull }: Guard): string[] {
  if (inFull) return ['--config', 'jest.faults.config.js'];
  return tests.every((file) => alone.test(file)) ? ['--config', 'jest.alone.config.js'] : [];
}

function runTests(copy: string, guard: Guard): Outcome {
  const { tests, named } = guard;
  const report = join(copy, 'guard-report.json');
  const only = named ? ['-t', named] : [];
  rmSync(report, { force: true });
  const run = spawnSync(
    'npm',
    [
      'test',
      '--',
      ...configOf(guard),
      '--silent',
      '--forceExit',
      '--json',
      `--outputFile=${report}`,
      ...tests,
      ...only,
    ],
    { cwd: copy, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  try {
    const { testResults, numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const failed = testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    );
    // A file that cannot even be loaded says nothing about a guard.
    const broken = testResults.find(
      ({ assertionResults, message }) => assertionResults.length === 0 && message,
    );
    // Some limits are all that stands between a request and the memory of the process.
    if (broken?.message.includes('ran out of memory'))
      failed.push('the process of the tests ran out of memory');
    return { passed: numPassedTests, failed, broken: broken?.message.slice(0, 400) ?? null };
  } catch {
    return { passed: 0, failed: [], broken: run.stderr.slice(-400) };
  }
}

function takeOut(copy: string, { file, find, without }: Guard): (() => void) | null {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) return null;
  writeFileSync(
    path,
    text.replace(find, () => without),
  );
  return () => writeFileSync(path, text);
}

/** What becomes of the tests of a guard without it, and which one fails first. */
function check(copy: string, guard: Guard): { readonly outcome: string; readonly by: string } {
  if (!removedOnly) {
    const before = runTests(copy, guard);
    if (before.broken !== null) return { outcome: 'cannot be run', by: before.broken };
    if (before.failed.length > 0) return { outcome: 'fails without a change', by: before.failed[0] ?? '' };
    if (before.passed === 0) return { outcome: 'has no tests', by: guard.named ?? '' };
  }
  const putBack = takeOut(copy, guard);
  if (!putBack) return { outcome: 'is not where the list says', by: guard.file };
  const { failed, broken } = runTests(copy, guard);
  putBack();
  if (failed.length > 0) return { outcome: 'noticed', by: failed[0] ?? '' };
  return broken === null ? { outcome: 'SURVIVED', by: '' } : { outcome: 'cannot be run', by: broken };
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
const copy = copyProject();
try {
  process.stdout.write('| guard | file | taken out | first test that fails |\n|---|---|---|---|\n');
  for (const guard of chosen) {
    const { outcome, by } = check(copy, guard);
    if (outcome !== 'noticed') process.exitCode = 1;
    const file = guard.file.replace(/^src\//, '');
    process.stdout.write(`| ${cell(guard.name)} | \`${file}\` | ${outcome} | ${cell(by)} |\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
