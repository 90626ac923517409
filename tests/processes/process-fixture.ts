import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { entryArguments } from '../testkit/entry-arguments.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A process of the system under test. */
export interface SystemProcess {
  readonly child: ChildProcess;
  /** Resolves with what was printed once it contains the text; rejects when the process ends before. */
  printed(text: string | RegExp): Promise<string>;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs an entry of `src` with nothing in its environment but what is given. */
export function run(
  entry: 'main' | 'notif-worker' | 'db-migrate',
  args: string[],
  env: Record<string, string>,
  /** What node itself is given. */
  node: readonly string[] = [],
): SystemProcess {
  const child = spawn(process.execPath, [...node, ...entryArguments(entry), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  const tell = (chunk: Buffer) => {
    text += chunk;
    for (const look of waiting) look();
  };
  child.stdout?.on('data', tell);
  child.stderr?.on('data', tell);
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return {
    child,
    ended,
    output: () => text,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text))) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`ended with ${code} before it printed ${wanted}:\n${text}`)),
        );
      }),
  };
}

/** The GraphQL URL in a start's output. */
export function urlIn(output: string): string {
  const [, url] = /GraphQL\s+(http\S+)/.exec(output) ?? [];
  if (!url) throw new Error(`no URL in:\n${output}`);
  return url;
}
