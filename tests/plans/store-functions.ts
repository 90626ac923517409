import { readdirSync, readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

/** A file with statements of its own: it sends SQL, or uses Prisma's client, or makes SQL for those that do. */
const sends = /\.sql[(<]|\.prisma\.|\bprisma\.\w+\.|\$queryRaw/;

/** Every exported function of a file with statements, as `path name`. */
export function storeFunctions(): string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  return files
    .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
    .flatMap((path) => {
      const text = readFileSync(join(source, path), 'utf8');
      const names = [...text.matchAll(/^export (?:async )?function (\w+)/gm)];
      return sends.test(text) ? names.map(([, name]) => `${path} ${name}`) : [];
    })
    .sort();
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { count: number }[];
    }[];
  }[];
}

/** Counts calls of functions from now on; gives the function that tells which were called since, as `path name`. */
export function watchCalls(): () => ReadonlySet<string> {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  // As Jest does with --coverage: the mode is the process's, and reading it must not set the counts back.
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => {
    const called = new Set<string>();
    session.post('Profiler.getBestEffortCoverage', (error, coverage) => {
      if (error) throw error;
      for (const { url, functions } of (coverage as unknown as Coverage).result) {
        const path = url.split('/src/')[1];
        if (path === undefined) continue;
        for (const { functionName, ranges } of functions)
          if ((ranges[0]?.count ?? 0) > 0) called.add(`${path} ${functionName}`);
      }
    });
    return called;
  };
}

/** Functions that the story does not call, each with the reason. */
export const notInStory: Readonly<Record<string, string>> = {
  'demo/classroom.ts insertDemoClassroom': 'The first start fills an empty database.',
  'demo/load-demo-data.ts demoAccounts': 'It makes texts, no statement.',
  'demo/load-demo-data.ts loadDemoData': 'The first start fills an empty database.',
  'platform/audit/verify.ts verifyAudit': 'An operator has all of it read, page by page of the primary key.',
};
