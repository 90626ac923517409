/** What a frame of a client is in the protocol. */
export type Frame =
  | { readonly type: 'connection_init'; readonly token: 'good' | 'bad' | 'none' }
  | { readonly type: 'ping'; readonly payload: object | null }
  | { readonly type: 'pong' }
  | { readonly type: 'subscribe'; readonly id: string; readonly key: string; readonly kind: OperationKind }
  | { readonly type: 'complete'; readonly id: string }
  | { readonly type: 'nonsense'; readonly text: string };

/** `held` is a query that never answers, `live` a subscription that is let in. */
export type OperationKind = 'query' | 'mutation' | 'held' | 'live' | keyof typeof refusals;

/** What happens on the server: to the source of a live subscription, or to the session of the socket. */
export type Happening =
  | { readonly type: 'event' | 'end' | 'failure'; readonly key: string }
  | { readonly type: 'revocation' };

/** What the server says, as far as the model tells. */
export type Said =
  | { readonly type: 'connection_ack' }
  | { readonly type: 'pong'; readonly payload?: object }
  | { readonly type: 'next' | 'complete'; readonly id: string }
  | { readonly type: 'error'; readonly id: string; readonly code: string };

const refusals = {
  refused: 'ROOM_NOT_FOUND',
  syntax: 'GRAPHQL_PARSE_FAILED',
  invalid: 'GRAPHQL_VALIDATION_FAILED',
  variable: 'VALIDATION_ERROR',
} as const;

interface Operation {
  readonly id: string;
  readonly key: string;
  /** What becomes of it when its turn is over. */
  readonly outcome: 'answer' | 'held' | 'live' | { readonly code: string };
  begun: boolean;
}

/**
 * The server's half of graphql-transport-ws as a small machine, written from PROTOCOL.md and not from the server. It is
 * told the frames that arrive in one turn, or something that happens, and then what has come of it.
 */
export class ProtocolModel {
  closed: number | null = null;
  readonly #operations = new Map<string, Operation>();
  readonly #maxRunning: number;
  #init: 'none' | 'reading' | 'refused' | 'done' = 'none';
  #viewer = false;
  #said: Said[] = [];
  #working = 0;
  /** Completed by the client in the turn in which they began. */
  #abandoned = 0;

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  get signedIn(): boolean {
    return this.#viewer && this.#init === 'done';
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  /** The operations with this outcome that have begun. */
  running(outcome: 'held' | 'live'): readonly Operation[] {
    return [...this.#operations.values()].filter((one) => one.begun && one.outcome === outcome);
  }

  frame(frame: Frame): void {
    if (this.closed !== null) return;
    if (frame.type === 'nonsense') this.#close(4400);
    else if (frame.type === 'connection_init') this.#initialise(frame.token);
    else if (frame.type === 'ping')
      this.#say({ type: 'pong', ...(frame.payload && { payload: frame.payload }) });
    else if (frame.type === 'subscribe') this.#subscribe(frame);
    else if (frame.type === 'complete') this.#complete(frame.id);
  }

  happens(happening: Happening): void {
    if (happening.type === 'revocation') {
      for (const operation of this.running('live')) this.#fail(operation, 'SUBSCRIPTION_REVOKED');
      this.#close(4403);
      return;
    }
    const operation = this.running('live').find(({ key }) => key === happening.key);
    if (!operation) return;
    const { id } = operation;
    if (happening.type === 'event') this.#say({ type: 'next', id });
    else if (happening.type === 'failure') this.#fail(operation, 'CHAT_NOT_ACCESSIBLE');
    else {
      this.#leave(operation);
      this.#say({ type: 'complete', id });
    }
  }

  /** Ends the turn; gives what the server has said in it. */
  settle(): readonly Said[] {
    for (const operation of this.#operations.values()) if (!operation.begun) this.#begin(operation);
    this.#working -= this.#abandoned;
    this.#abandoned = 0;
    if (this.#init === 'refused') this.#close(4403);
    if (this.#init === 'reading' && this.closed === null) {
      this.#init = 'done';
      this.#say({ type: 'connection_ack' });
    }
    const said = this.#said;
    this.#said = [];
    return said;
  }

  #begin(operation: Operation): void {
    const { id, outcome } = operation;
    operation.begun = true;
    if (this.closed !== null || outcome === 'held' || outcome === 'live') return;
    if (outcome === 'answer') {
      this.#leave(operation);
      this.#say({ type: 'next', id }, { type: 'complete', id });
    } else this.#fail(operation, outcome.code);
  }

  #initialise(token: 'good' | 'bad' | 'none'): void {
    if (this.#init === 'none') {
      this.#init = token === 'bad' ? 'refused' : 'reading';
      this.#viewer = token === 'good';
    } else this.#close(4429);
  }

  #subscribe({ id, key, kind }: Frame & { type: 'subscribe' }): void {
    if (this.#init !== 'done') this.#close(4401);
    else if (this.#operations.has(id)) this.#close(4409);
    else {
      this.#working++;
      this.#operations.set(id, { id, key, outcome: this.#outcomeOf(kind), begun: false });
    }
  }

  #outcomeOf(kind: OperationKind): Operation['outcome'] {
    if (kind === 'syntax' || kind === 'invalid') return { code: refusals[kind] };
    if (this.#working > this.#maxRunning) return { code: 'TOO_MANY_SUBSCRIPTIONS' };
    if ((kind === 'live' || kind === 'refused') && !this.#viewer) return { code: 'UNAUTHENTICATED' };
    if (kind === 'held' || kind === 'live') return kind;
    return kind === 'query' || kind === 'mutation' ? 'answer' : { code: refusals[kind] };
  }

  #complete(id: string): void {
    const operation = this.#operations.get(id);
    if (!operation) return;
    this.#operations.delete(id);
    // What has begun to execute goes on, and counts, although nobody hears of it; what has not never does.
    if (operation.begun && operation.outcome === 'held') return;
    if (operation.begun) this.#working--;
    else this.#abandoned++;
  }

  #fail(operation: Operation, code: string): void {
    this.#leave(operation);
    this.#say({ type: 'error', id: operation.id, code });
  }

  #leave({ id }: Operation): void {
    this.#operations.delete(id);
    this.#working--;
  }

  #say(...said: Said[]): void {
    this.#said.push(...said);
  }

  #close(code: number): void {
    this.closed ??= code;
  }
}
