import { type ChildProcess, fork } from 'node:child_process';

/** A process that is told things and answers them one at a time. */
export interface Peer {
  tell(command: object): void;
  ask<Answer>(command: object): Promise<Answer>;
  next<Answer>(): Promise<Answer>;
  stop(): void;
}

/** Starts a file of this folder as a process. */
export function startPeer(file: string, args: readonly string[] = [], flags: readonly string[] = []): Peer {
  const child: ChildProcess = fork(new URL(file, import.meta.url), args, {
    execArgv: ['--import', 'tsx', ...flags],
  });
  const answers: unknown[] = [];
  let resolveNext: ((answer: unknown) => void) | null = null;
  child.on('message', (answer) => {
    if (resolveNext) resolveNext(answer);
    else answers.push(answer);
    resolveNext = null;
  });
  child.on('exit', (code) => {
    if (code) {
      console.error(`${file} ${args.join(' ')} ended with ${code}`);
      process.exit(1);
    }
  });
  const next = <Answer>() =>
    (answers.length > 0
      ? Promise.resolve(answers.shift())
      : new Promise((resolve) => {
          resolveNext = resolve;
        })) as Promise<Answer>;
  return {
    next,
    tell: (command) => void child.send(command),
    ask: (command) => {
      child.send(command);
      return next();
    },
    stop: () => child.disconnect(),
  };
}
