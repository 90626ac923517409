import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { type Context, readerLanguage } from '../../graphql/context.js';
import {
  type Execution,
  type Operation,
  type OperationRequest,
  RequestErrors,
  type Subscription,
} from '../../graphql/execution.js';
import { type ErrorScope, formatError, formatErrorInAll } from '../../graphql/format-error.js';
import { type SharedResponse, Subscriber } from '../../graphql/subscriber.js';
import { AppError } from '../../shared/errors.js';
import { allOf, type Few, withOne, withoutOne } from '../../shared/few.js';
import type { Language } from '../../shared/language.js';
import { RateLimited } from '../../shared/rate-limited.js';
import { type RateLimits, stateOf } from '../rate-limits.js';
import type { Connection } from './connection.js';
import { idOnWire, type Outbox } from './outbox.js';

/** What the operations of all sockets run with. */
export interface OperationsOptions {
  readonly execution: Execution;
  readonly rateLimits: RateLimits;
  /** Made anew for each operation and each event. */
  newContext(connection: Connection): Context;
  scopeOf(connection: Connection): ErrorScope;
  /** Operations of one socket at the same time; 0 for any number. */
  readonly maxRunning: number;
}

/** One operation of a socket, and where the responses of a subscription go. */
class Running extends Subscriber {
  isSubscription = false;
  /** Nothing more is said about it, and its id is free. */
  over = false;
  /** Whether it is being executed, or, for a subscription, being begun. */
  executing = true;
  /** A subscription that has begun. */
  subscription: Subscription | null = null;

  constructor(
    private readonly operations: Operations,
    /** Of its socket, at hand: there are thousands, and each look at one more object counts. */
    private readonly outbox: Outbox,
    /** See `idOnWire`. */
    readonly id: string,
  ) {
    super();
  }

  override newContext(): Context {
    return this.operations.newContext();
  }

  override serialize(result: ExecutionResult): SharedResponse {
    return this.operations.serialize(result);
  }

  override deliver(response: SharedResponse): void {
    if (this.over) return;
    this.outbox.sendNext(this.id, Buffer.isBuffer(response) ? response : this.operations.inWords(response));
  }

  override end(error: Error | null): void {
    if (error) this.operations.fail(this, error);
    else this.operations.finish(this);
  }
}

/**
 * The operations of one socket. What becomes of an operation is told by the operation itself and never by its id alone:
 * a client may use an id again at once, while what had it before still comes to its end.
 */
export class Operations {
  #running: Few<Running> = null;
  /** Those with an id, and those that a client has completed but that still execute. */
  #working = 0;

  constructor(
    private readonly connection: Connection,
    private readonly options: OperationsOptions,
  ) {}

  has(id: string): boolean {
    return this.#of(id) !== undefined;
  }

  start(id: string, request: OperationRequest): void {
    const running = new Running(this, this.connection.outbox, idOnWire(id));
    this.#running = withOne(this.#running, running);
    this.#working++;
    this.#run(running, request)
      .catch((error: unknown) => this.fail(running, error))
      .finally(() => {
        running.executing = false;
        if (running.over) this.#working--;
      });
  }

  /** The client wants no more of it. */
  complete(id: string): void {
    const running = this.#of(id);
    if (running) this.#leave(running);
  }

  /** The socket is gone. */
  stopAll(): void {
    for (const running of allOf(this.#running)) this.#leave(running);
  }

  /** Ends each subscription with SUBSCRIPTION_REVOKED; gives whether anything else still runs. */
  revokeSubscriptions(): boolean {
    for (const running of allOf(this.#running))
      if (running.isSubscription) this.fail(running, new AppError('SUBSCRIPTION_REVOKED'));
    return this.#running !== null;
  }

  async #run(running: Running, request: OperationRequest): Promise<void> {
    const { execution, maxRunning } = this.options;
    const { connection } = this;
    const crowded = maxRunning > 0 && this.#working > maxRunning;
    const operation = await this.#understand(request);
    running.isSubscription = operation.type === OperationTypeNode.SUBSCRIPTION;
    const extensions = await this.#takeCost(operation);
    if (running.over) return;
    if (connection.revoked) throw new AppError('SESSION_EXPIRED');
    if (crowded) throw new AppError('TOO_MANY_SUBSCRIPTIONS');
    if (!running.isSubscription) {
      const result = await execution.run(operation, this.newContext());
      if (running.over) return;
      const payload = this.#text({ ...result, ...extensions });
      connection.outbox.sendNext(running.id, Buffer.from(payload));
      this.finish(running);
      return;
    }
    if (!connection.viewer) throw new AppError('UNAUTHENTICATED');
    const subscription = await execution.subscribe(operation, running);
    // It may be over before it had begun.
    if (running.over) subscription.stop(running);
    else running.subscription = subscription;
  }

  /** For one operation or one event. */
  newContext(): Context {
    return this.options.newContext(this.connection);
  }

  /** A response with errors, in the language of whom this socket belongs to. */
  inWords(response: Exclude<SharedResponse, Buffer>): Buffer {
    return response[readerLanguage(this.connection)];
  }

  /** What cannot be understood counts against the address, which then may send only documents that are known. */
  async #understand(request: OperationRequest): Promise<Operation> {
    const { execution, rateLimits } = this.options;
    const { caller } = this.connection;
    const distrusted = rateLimits.distrust(caller);
    try {
      const operation = distrusted ? execution.prepare(request, 'known') : execution.prepare(request);
      if (operation) return operation;
    } catch (error) {
      await rateLimits.fault(caller);
      throw error;
    }
    throw new RateLimited(distrusted?.resetMs ?? 0);
  }

  /** Takes what the operation costs; gives what an answer says of it. */
  async #takeCost({ cost }: Operation): Promise<Pick<ExecutionResult, 'extensions'>> {
    const { viewer, caller } = this.connection;
    const allowance = await this.options.rateLimits.take({ viewer, caller }, cost);
    if (!allowance) return {};
    if (!allowance.allowed) throw new RateLimited(allowance.resetMs);
    return { extensions: { rateLimit: stateOf(cost.cost, allowance) } };
  }

  /** A result, and the end of the message around it. */
  #text({ errors, ...result }: ExecutionResult): string {
    if (!errors) return messageEnd(result);
    const scope = this.options.scopeOf(this.connection);
    return messageEnd({ ...result, errors: errors.map((error) => formatError(error, scope)) });
  }

  /** The same for whoever it is shared with: its errors in each language. */
  serialize({ errors, ...result }: ExecutionResult): SharedResponse {
    if (!errors) return Buffer.from(messageEnd(result));
    const scope = this.options.scopeOf(this.connection);
    const formatted = errors.map((error) => formatErrorInAll(error, scope));
    const inWords = (language: Language) =>
      Buffer.from(messageEnd({ ...result, errors: formatted.map((error) => error[language]) }));
    return { en: inWords('en'), uk: inWords('uk') };
  }

  finish(running: Running): void {
    if (running.over) return;
    this.#leave(running);
    this.connection.outbox.sendAbout(running.id, '"type":"complete"}');
    this.connection.operationEnded(allOf(this.#running).length);
  }

  fail(running: Running, error: unknown): void {
    if (running.over) return;
    this.#leave(running);
    const scope = this.options.scopeOf(this.connection);
    const payload = errorsOf(error).map((one) => formatError(one, scope));
    const rest = `"type":"error","payload":${JSON.stringify(payload)}}`;
    this.connection.outbox.sendAbout(running.id, rest);
    this.connection.operationEnded(allOf(this.#running).length);
  }

  #leave(running: Running): void {
    running.over = true;
    this.#running = withoutOne(this.#running, running);
    if (!running.executing) this.#working--;
    running.subscription?.stop(running);
  }

  #of(id: string): Running | undefined {
    const onWire = idOnWire(id);
    return allOf(this.#running).find((one) => one.id === onWire);
  }
}

const messageEnd = (payload: unknown) => `${JSON.stringify(payload)}}`;

/** The errors that were thrown as one. */
function errorsOf(error: unknown): readonly GraphQLError[] {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  if (cause instanceof RequestErrors) return cause.errors;
  if (error instanceof GraphQLError) return [error];
  return [new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) })];
}
