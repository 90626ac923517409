import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';

/** A statement that was run, without its values. */
interface RunStatement {
  readonly text: string;
  readonly milliseconds: number;
}

/**
 * A piece of work that shows in log and traces: a request, an operation on a socket, an event that is executed, an
 * item of the queue. Whatever runs below it finds it by `presentWork`, so that nothing in between has to know of it.
 */
export interface Work {
  /** Of the request that it goes back to. */
  readonly requestId: string;
  /** Its place in a trace; null while nobody traces. */
  readonly span: Span | null;
  readonly statements: StatementLog;
  /** What it turned out to be, told when it ends. */
  readonly facts: WorkFacts;
}

/** What is found out about a request on its way. */
export interface WorkFacts {
  /** The operation's name as the client has it: nothing for a label or a log before it is known to be one of ours. */
  operation?: string | null;
  type?: string;
  /** Of its first error, or OK. */
  code?: string;
}

/** Statements whose texts are kept for one piece of work; all are counted. */
const maxTexts = 100;

/** The statements that a piece of work has run. */
export class StatementLog {
  count = 0;
  milliseconds = 0;
  readonly texts: RunStatement[] = [];

  add(statement: RunStatement): void {
    this.count += 1;
    this.milliseconds += statement.milliseconds;
    if (this.texts.length < maxTexts) this.texts.push(statement);
  }
}

const storage = new AsyncLocalStorage<Work>();

/** Begins a piece of work that goes back to a request. */
export function newWork(requestId: string, span: Span | null = null): Work {
  return { requestId, span, statements: new StatementLog(), facts: {} };
}

/** Runs `act`, and everything that comes of it, as part of the work. */
export function within<T>(work: Work, act: () => T): T {
  return storage.run(work, act);
}

/** The work that is being done here; undefined for what the process does by itself. */
export function presentWork(): Work | undefined {
  return storage.getStore();
}
