import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, guards } from './guards.js';

// `npm run check:guards [-- part of a name …]`: takes each guard out in a copy of the project and runs the tests that
// have to notice. Exits with 1 when one survives, when a guard is not where the list says, or when the tests fail
// without any change.
const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const chosen = guards.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

/** A copy to change; what is installed and the history stay outside. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'lectern-guards-'));
  const outside = new Set(['node_modules', '.git', '.data', 'coverage', 'dist', 'bench']);
  cpSync(root, copy, { recursive: true, filter: (from) => !outside.has(basename(from)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Whether the tests pass in the copy. */
function passes(copy: string, tests: readonly string[]): boolean {
  const jest = join(copy, 'node_modules/jest/bin/jest.js');
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const run = spawnSync(process.execPath, [...node, jest, '--silent', '--bail', ...new Set(tests)], {
    cwd: copy,
    encoding: 'utf8',
  });
  return run.status === 0;
}

function withoutGuard(copy: string, { file, find, without }: Guard): () => void {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`the guard does not stand in ${file} once`);
  writeFileSync(
    path,
    text.replace(find, () => without),
  );
  return () => writeFileSync(path, text);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const copy = copyProject();
try {
  if (
    !passes(
      copy,
      chosen.flatMap(({ tests }) => tests),
    )
  ) {
    say('the tests fail without any change: nothing can be said about the guards');
    process.exitCode = 1;
  } else {
    for (const guard of chosen) {
      let outcome: string;
      try {
        const restore = withoutGuard(copy, guard);
        outcome = passes(copy, guard.tests) ? 'SURVIVED' : 'noticed';
        restore();
      } catch (error) {
        outcome = (error as Error).message;
      }
      if (outcome !== 'noticed') process.exitCode = 1;
      say(`${outcome.padEnd(10)}${guard.name}`);
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
