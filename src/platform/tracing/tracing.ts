import { newWork, type Work } from './work.js';

/** A piece of work that begins. */
export interface Beginning {
  /** Such as `POST /graphql`; never with anything of a client's in it. */
  readonly name: string;
  /** Its part in the conversation of processes: it answers, it takes from a queue, or it is only a part of another. */
  readonly kind: 'server' | 'consumer' | 'internal';
  readonly requestId: string;
  /** What it comes from: work of this process, or the `traceparent` of another's. */
  readonly parent?: Work | string | null | undefined;
}

/** A part of some work that has ended, such as a statement. */
export interface Part {
  readonly name: string;
  readonly kind: 'client' | 'producer';
  /** Milliseconds of `performance.now`. */
  readonly start: number;
  readonly failed?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** The one way to traces. Without a receiver it makes pieces of work and nothing else. */
export interface Tracing {
  /** Begins a piece of work; a part of other work of this process shares its statements and facts. */
  begin(beginning: Beginning): Work;
  /** Ends it, with what came of it. */
  end(
    work: Work,
    result?: { readonly name?: string; readonly failed?: boolean; readonly attributes?: Part['attributes'] },
  ): void;
  /** Records a part that has ended just now. */
  part(work: Work, part: Part): void;
  /** The work's place in its trace, as a W3C `traceparent`; null while nobody traces. */
  traceparentOf(work: Work): string | null;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

/** Nobody traces: nothing but the request ids goes on. */
export const noTracing: Tracing = {
  begin: ({ requestId, parent }) => (typeof parent === 'object' && parent ? parent : newWork(requestId)),
  end: () => {},
  part: () => {},
  traceparentOf: () => null,
  stop: async () => {},
};
