import { newWork, presentWork, type Work, within } from './work.js';

/** A piece of work that begins. */
export interface Beginning {
  /** Such as `POST /graphql`; never with anything of a client's in it. */
  readonly name: string;
  /** Its part in the conversation of processes: it answers, it takes from a queue or a log, or it is a part of another. */
  readonly kind: 'server' | 'consumer' | 'internal';
  readonly requestId: string;
  /** What it comes from: work of this process, or the `traceparent` of another's. */
  readonly parent?: Work | string | null | undefined;
}

/** What came of a piece of work. */
export interface Ending {
  readonly failed?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** A statement that has ended just now. */
export interface TracedStatement extends Ending {
  readonly name: string;
  /** Milliseconds of `performance.now`. */
  readonly start: number;
}

/** The one way to traces. Without a receiver it makes pieces of work and nothing else. */
export interface Tracing {
  /** Begins a piece of work; a part of other work of this process shares its statements and facts. */
  begin(beginning: Beginning): Work;
  /** Ends it. */
  end(work: Work, ending?: Ending): void;
  /** Records a statement of the work. */
  statement(work: Work, statement: TracedStatement): void;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

/** Nobody traces: nothing but the request ids goes on. */
export const noTracing: Tracing = {
  begin: ({ requestId, parent }) => (typeof parent === 'object' && parent ? parent : newWork(requestId)),
  end: () => {},
  statement: () => {},
  stop: async () => {},
};

/** Runs a piece of work and ends it. */
export async function traced<T>(tracing: Tracing, work: Work, act: () => Promise<T>): Promise<T> {
  let failed = true;
  try {
    const result = await within(work, act);
    failed = false;
    return result;
  } finally {
    tracing.end(work, { failed });
  }
}

/** Runs a part of the present work that a trace shows by itself; free while nobody traces. */
export function tracedPart<T>(tracing: Tracing, name: string, act: () => T | Promise<T>): T | Promise<T> {
  const parent = presentWork();
  if (!parent?.span) return act();
  const work = tracing.begin({ name, kind: 'internal', requestId: parent.requestId, parent });
  return traced(tracing, work, async () => act());
}
