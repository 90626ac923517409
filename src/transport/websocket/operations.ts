import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { type Context, readerLanguage } from '../../graphql/context.js';
import {
  type Execution,
  type Operation,
  type OperationRequest,
  RequestErrors,
} from '../../graphql/execution.js';
import type { SharedResponse } from '../../graphql/fan-out.js';
import { type ErrorScope, formatError, formatErrorInAll } from '../../graphql/format-error.js';
import { AppError } from '../../shared/errors.js';
import type { Language } from '../../shared/language.js';
import { RateLimited } from '../../shared/rate-limited.js';
import { type RateLimits, stateOf } from '../rate-limits.js';
import type { Connection } from './connection.js';

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

interface Running {
  readonly id: string;
  subscription: boolean;
  /** Nothing more is said about it, and its id is free. */
  over: boolean;
  /** Whether it is being executed, or, for a subscription, being begun. */
  executing: boolean;
  /** Stops a subscription that has begun. */
  stop: (() => void) | null;
}

/**
 * The operations of one socket. What becomes of an operation is told by the operation itself and never by its id alone:
 * a client may use an id again at once, while what had it before still comes to its end.
 */
export class Operations {
  /** There are few: a list is searched sooner than a map is made, and there is one for each socket. */
  #running: Running[] = [];
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
    const running: Running = { id, subscription: false, over: false, executing: true, stop: null };
    // A list that grows by pushing has room for seventeen.
    this.#running = [...this.#running, running];
    this.#working++;
    this.#run(running, request)
      .catch((error: unknown) => this.#fail(running, error))
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
    for (const running of [...this.#running]) this.#leave(running);
  }

  /** Ends each subscription with SUBSCRIPTION_REVOKED; gives whether anything else still runs. */
  revokeSubscriptions(): boolean {
    for (const running of [...this.#running])
      if (running.subscription) this.#fail(running, new AppError('SUBSCRIPTION_REVOKED'));
    return this.#running.length > 0;
  }

  async #run(running: Running, request: OperationRequest): Promise<void> {
    const { execution, newContext, maxRunning } = this.options;
    const { connection } = this;
    const crowded = maxRunning > 0 && this.#working > maxRunning;
    const operation = await this.#understand(request);
    running.subscription = operation.type === OperationTypeNode.SUBSCRIPTION;
    const extensions = await this.#takeCost(operation);
    if (running.over) return;
    if (connection.revoked) throw new AppError('SESSION_EXPIRED');
    if (crowded) throw new AppError('TOO_MANY_SUBSCRIPTIONS');
    if (!running.subscription) {
      const result = await execution.run(operation, newContext(connection));
      if (running.over) return;
      const payload = this.#text({ ...result, ...extensions });
      this.#send(`{"id":${JSON.stringify(running.id)},"type":"next","payload":${payload}`);
      this.#finish(running);
      return;
    }
    if (!connection.viewer) throw new AppError('UNAUTHENTICATED');
    const beginning = Buffer.from(`{"id":${JSON.stringify(running.id)},"type":"next","payload":`);
    const stop = await execution.subscribe(operation, () => newContext(connection), {
      serialize: (result) => this.#shared(result),
      deliver: (response) => {
        if (running.over) return;
        const own = Buffer.isBuffer(response) ? response : response[readerLanguage(connection)];
        connection.outbox.sendParts(beginning, own);
      },
      end: (error) => (error ? this.#fail(running, error) : this.#finish(running)),
    });
    // It may be over before it had begun.
    if (running.over) stop();
    else running.stop = stop;
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
  #shared({ errors, ...result }: ExecutionResult): SharedResponse {
    if (!errors) return Buffer.from(messageEnd(result));
    const scope = this.options.scopeOf(this.connection);
    const formatted = errors.map((error) => formatErrorInAll(error, scope));
    const inWords = (language: Language) =>
      Buffer.from(messageEnd({ ...result, errors: formatted.map((error) => error[language]) }));
    return { en: inWords('en'), uk: inWords('uk') };
  }

  #finish(running: Running): void {
    if (running.over) return;
    this.#leave(running);
    this.#send(JSON.stringify({ id: running.id, type: 'complete' }));
    this.connection.operationEnded(this.#running.length);
  }

  #fail(running: Running, error: unknown): void {
    if (running.over) return;
    this.#leave(running);
    const scope = this.options.scopeOf(this.connection);
    const payload = errorsOf(error).map((one) => formatError(one, scope));
    this.#send(JSON.stringify({ id: running.id, type: 'error', payload }));
    this.connection.operationEnded(this.#running.length);
  }

  #leave(running: Running): void {
    running.over = true;
    this.#running = this.#running.filter((one) => one !== running);
    if (!running.executing) this.#working--;
    running.stop?.();
  }

  #of(id: string): Running | undefined {
    return this.#running.find((one) => one.id === id);
  }

  #send(text: string): void {
    this.connection.outbox.send(text);
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
