import { type FormattedExecutionResult, print } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { jitteredDelay, timerWait } from './backoff.js';
import { asSubscriptionError, errorsOf, judge } from './failures.js';
import type { LiveOperation } from './live-operation.js';
import type {
  ChannelResetEvent,
  LiveSocket,
  ResumableOperation,
  ResumableOptions,
  ResumableSink,
} from './resumable.js';

/** How one attempt ended. */
type Outcome =
  | { readonly type: 'stopped' }
  | { readonly type: 'complete' }
  | { readonly type: 'reset'; readonly event: ChannelResetEvent }
  | { readonly type: 'failed'; readonly cause: unknown }
  | { readonly type: 'rejected'; readonly cause: unknown };

interface ResumptionOptions<Data, Variables> {
  readonly socket: LiveSocket;
  readonly operation: ResumableOperation<Data, Variables>;
  readonly live: LiveOperation;
  readonly sink: ResumableSink<Data>;
  readonly options: ResumableOptions;
}

/** One subscription across all of its attempts. */
export class Resumption<Data, Variables extends Record<string, unknown>> {
  readonly #given: ResumptionOptions<Data, Variables>;
  readonly #payload: SubscribePayload;
  readonly #stopping = new AbortController();
  #after: string | null = null;
  /** In a row, since the last event. */
  #failures = 0;
  #refusals = 0;
  #resets = 0;

  constructor(given: ResumptionOptions<Data, Variables>) {
    this.#given = given;
    const variables = () => this.#variables();
    this.#payload = {
      query: print(given.operation.query),
      operationName: given.operation.operationName ?? null,
      // Read when it is sent: a graphql-ws client that connects again by itself (it always does so after a close with
      // 1000) then resends where we are, not where we began.
      get variables() {
        return variables();
      },
    };
  }

  /** Follows until it is stopped, completed by the server, or ended by an error. Never rejects. */
  async run(): Promise<void> {
    const { sink } = this.#given;
    try {
      for (;;) {
        const outcome = await this.#attempt();
        if (outcome.type === 'stopped') return;
        if (outcome.type === 'complete') return sink.complete();
        if (outcome.type === 'rejected') throw outcome.cause;
        if (outcome.type === 'reset') await this.#reset(outcome.event);
        else await this.#recover(outcome.cause);
        if (this.#stopping.signal.aborted) return;
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) sink.error(asSubscriptionError(error));
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  #variables(): Record<string, unknown> {
    const { operation, live } = this.#given;
    if (!live.cursorVariable || this.#after === null) return operation.variables;
    return { ...operation.variables, [live.cursorVariable]: this.#after };
  }

  /** Subscribes once after the last event that was handed over. */
  #attempt(): Promise<Outcome> {
    const { socket } = this.#given;
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      let ended = false;
      let unsubscribe: (() => void) | null = null;
      const end = (outcome: Outcome) => {
        if (ended) return;
        ended = true;
        signal.removeEventListener('abort', stop);
        unsubscribe?.();
        resolve(outcome);
      };
      const stop = () => end({ type: 'stopped' });
      signal.addEventListener('abort', stop);
      unsubscribe = socket.subscribe<Data>(this.#payload, {
        next: (result) => {
          // An attempt that has ended may still hear what was on the wire: that comes again in the next one.
          const outcome = ended ? null : this.#receive(result);
          if (outcome) end(outcome);
        },
        error: (cause) => end({ type: 'failed', cause }),
        complete: () => end({ type: 'complete' }),
      });
      if (ended) unsubscribe();
    });
  }

  /** Hands an event over; gives an outcome if the attempt is thereby at its end. */
  #receive(result: FormattedExecutionResult<Data, unknown>): Outcome | null {
    const { live, operation, sink } = this.#given;
    const event = eventIn(result, live.key);
    const { errors = [] } = result;
    // Nothing is left of an event that could be read another time: it is not skipped, but comes again.
    if (!event && errors.length > 0 && judge(errors) !== 'final') return { type: 'failed', cause: errors };
    const cursor = typeof event?.['cursor'] === 'string' ? event['cursor'] : null;
    const reset = event && cursor !== null ? asReset(event, cursor) : null;
    if (reset && operation.onReset) return { type: 'reset', event: reset };
    try {
      sink.next(result as FormattedExecutionResult<Data>);
    } catch (cause) {
      return { type: 'rejected', cause };
    }
    if (live.cursorVariable && cursor !== null) this.#after = cursor;
    if (reset) return { type: 'reset', event: reset };
    this.#failures = this.#refusals = this.#resets = 0;
    return null;
  }

  async #reset(event: ChannelResetEvent): Promise<void> {
    this.#resets += 1;
    // The first reset is nobody's failure; one after another is.
    if (this.#resets > 1) await this.#wait(this.#resets - 1, event);
    if (this.#stopping.signal.aborted) return;
    try {
      this.#after = (await this.#given.operation.onReset?.(event)) || event.cursor;
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** Waits before the next attempt; throws the cause if there must be none. */
  async #recover(cause: unknown): Promise<void> {
    const { giveUpAfter = Number.POSITIVE_INFINITY } = this.#given.options;
    const verdict = judge(cause);
    this.#failures += 1;
    if (verdict === 'final' || this.#failures >= giveUpAfter) throw cause;
    if (verdict === 'refused') await this.#authenticate(cause);
    await this.#wait(this.#failures, cause);
  }

  async #authenticate(cause: unknown): Promise<void> {
    const { socket, options } = this.#given;
    this.#refusals += 1;
    if (this.#refusals > (options.maxRefusals ?? 3)) throw cause;
    try {
      await options.onUnauthenticated?.();
    } catch (error) {
      if (judge(error) !== 'transient') throw error;
    }
    // Refused on a socket that is open: only a new one is asked for its connectionParams.
    if (errorsOf(cause).length && !this.#stopping.signal.aborted) socket.terminate();
  }

  async #wait(failures: number, cause: unknown): Promise<void> {
    const { backoff = {}, onRetry } = this.#given.options;
    const delayMilliseconds = jitteredDelay(failures, backoff);
    onRetry?.({ failures, delayMilliseconds, cause });
    await (backoff.wait ?? timerWait)(delayMilliseconds, this.#stopping.signal);
  }
}

function eventIn(
  result: FormattedExecutionResult<unknown, unknown>,
  key: string,
): Record<string, unknown> | null {
  const event = (result.data as Record<string, unknown> | null | undefined)?.[key];
  return typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : null;
}

/** The event as a reset; null if it is none. */
function asReset(event: Record<string, unknown>, cursor: string): ChannelResetEvent | null {
  const { __typename, reason } = event;
  if (__typename !== 'ChannelReset') return null;
  return { __typename, cursor, reason: typeof reason === 'string' ? reason : null };
}
