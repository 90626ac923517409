import type { FieldProblem } from './field-rules.js';
import type { Wording } from './wording.js';

/**
 * Whether the same request can succeed when it is sent again: `NO`; `LATER`, after a wait; `REFRESHED`, with what has
 * become current meanwhile, such as another token or the version of what was read again.
 */
export type Retry = 'NO' | 'LATER' | 'REFRESHED';

/** What an error code means on every transport, and what people are told. */
export interface ErrorDefinition extends Wording {
  /** The HTTP status where a failure has one of its own. */
  readonly status: number;
  /**
   * On a WebSocket every code is an `error` message of its operation. A number: where no operation is to blame, the
   * socket closes with it, and the code is the reason. `HTTP`: it cannot happen there.
   */
  readonly socket?: number | 'HTTP';
  readonly retry: Retry;
  /** For the documentation: what stands in the text, and which inputs are named. */
  readonly example?: {
    readonly values?: Readonly<Record<string, string | number>>;
    readonly fields?: Readonly<Record<string, readonly FieldProblem[]>>;
  };
}

/** Codes that belong together. */
export type ErrorGroup = Readonly<Record<string, ErrorDefinition>>;
