import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { makeServer, type Context as ProtocolContext, type Server } from 'graphql-ws';
import {
  type Caller,
  type Context,
  type RateLimitState,
  readerLanguage,
  type Services,
} from '../../graphql/context.js';
import {
  type Execution,
  type Operation,
  type OperationRequest,
  type Receiver,
  RequestErrors,
} from '../../graphql/execution.js';
import { type ErrorScope, formatError, formatErrorInAll } from '../../graphql/format-error.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import type { Language } from '../../shared/language.js';
import { RateLimited } from '../../shared/rate-limited.js';
import type { TransportLimits } from '../limits.js';
import { type RateLimits, stateOf } from '../rate-limits.js';
import { closeCodes } from './close-codes.js';
import type { Connection } from './connection.js';
import type { SignIn } from './sign-in.js';

export interface ProtocolOptions {
  readonly execution: Execution;
  readonly services: Services;
  readonly signIn: SignIn;
  readonly limits: TransportLimits;
  readonly rateLimits: RateLimits;
  readonly logger: Logger;
}

type GatewayContext = ProtocolContext<Record<string, unknown>, Connection>;

/** An admitted operation, as graphql-ws hands it back to us. */
interface Admitted extends ExecutionArgs {
  readonly operation: Operation;
  readonly newContext: () => Context;
  readonly receiver: Receiver;
  readonly rateLimit: RateLimitState | null;
}

/** Creates the graphql-transport-ws protocol over our own execution. A failing operation never closes its socket. */
export function createProtocol({
  execution,
  services,
  signIn,
  limits,
  rateLimits,
  logger,
}: ProtocolOptions): Server<Connection> {
  const scopeOf = (connection: Connection): ErrorScope => ({
    requestId: connection.requestId,
    logger,
    language: readerLanguage(connection),
  });

  function admit(connection: Connection, running: number, operation: Operation): void {
    if (connection.revoked) throw new AppError('SESSION_EXPIRED');
    if (limits.operationsPerSocket > 0 && running > limits.operationsPerSocket)
      throw new AppError('TOO_MANY_SUBSCRIPTIONS');
    if (operation.type === OperationTypeNode.SUBSCRIPTION && !connection.viewer)
      throw new AppError('UNAUTHENTICATED');
  }

  /** The operation, once there is room for it; what cannot be understood counts as well. */
  async function room({ viewer, caller }: Connection, request: OperationRequest) {
    const distrusted = rateLimits.distrust(caller);
    const operation = await prepare(caller, request, distrusted !== null);
    if (!operation) throw new RateLimited(distrusted?.resetMs ?? 0);
    const allowance = await rateLimits.take({ viewer, caller }, operation.cost);
    if (allowance && !allowance.allowed) throw new RateLimited(allowance.resetMs);
    return { operation, rateLimit: allowance && stateOf(operation.cost.cost, allowance) };
  }

  async function prepare(caller: Caller, request: OperationRequest, distrusted: boolean) {
    try {
      return distrusted ? execution.prepare(request, 'known') : execution.prepare(request);
    } catch (error) {
      await rateLimits.fault(caller);
      throw error;
    }
  }

  function present(connection: Connection, { errors, ...result }: ExecutionResult) {
    if (!errors) return result;
    return { ...result, errors: errors.map((error) => formatError(error, scopeOf(connection))) };
  }

  /** Responses that are shared have everything but the beginning of the message, which has the id. */
  function receiverOf(connection: Connection, id: string): Receiver {
    const beginning = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    return {
      serialize({ errors, ...result }) {
        const written = (payload: unknown) => Buffer.from(`${JSON.stringify(payload)}}`);
        if (!errors) return written(result);
        const formatted = errors.map((error) => formatErrorInAll(error, scopeOf(connection)));
        const inWords = (language: Language) =>
          written({ ...result, errors: formatted.map((error) => error[language]) });
        return { en: inWords('en'), uk: inWords('uk') };
      },
      deliver(response) {
        if (!connection.open) return;
        const own = Buffer.isBuffer(response) ? response : response[readerLanguage(connection)];
        connection.outbox.sendParts(beginning, own);
      },
    };
  }

  /** Tells each subscription of a socket that access has ended; gives whether other operations still run. */
  function endSubscriptions({ subscriptions, extra }: GatewayContext): boolean {
    const revoked = formatError(new AppError('SUBSCRIPTION_REVOKED'), scopeOf(extra));
    let running = false;
    for (const [id, subscription] of Object.entries(subscriptions)) {
      if (!subscription) {
        running = true;
        continue;
      }
      // Without its entry, graphql-ws says nothing more about it.
      delete (subscriptions as Record<string, unknown>)[id];
      extra.outbox.send(JSON.stringify({ id, type: 'error', payload: [revoked] }));
      void (subscription as AsyncIterableIterator<unknown>).return?.();
    }
    return running;
  }

  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.initMs,
    onConnect(context) {
      const { extra, connectionParams } = context;
      extra.endSubscriptions = () => endSubscriptions(context);
      return signIn.admit(extra, connectionParams?.['accessToken']);
    },

    async onSubscribe({ extra, subscriptions }, id, payload) {
      try {
        const { operation, rateLimit } = await room(extra, payload);
        // The operation itself is among them already.
        admit(extra, Object.keys(subscriptions).length, operation);
        const { viewer, caller, requestId } = extra;
        const newContext = () => ({ viewer, services, caller, requestId });
        const { document } = operation;
        // graphql-ws asks for a context value unless there is one; ours are made per operation and per event.
        const receiver = receiverOf(extra, id);
        // Among several operations graphql-ws picks by the name as well.
        const { operationName } = operation;
        const admitted = {
          operation,
          operationName,
          newContext,
          receiver,
          rateLimit,
          document,
          contextValue: null,
        };
        return admitted as unknown as ExecutionArgs;
      } catch (error) {
        return errorsOf(error);
      }
    },

    execute: async (args) => {
      const { operation, newContext, rateLimit } = args as Admitted;
      try {
        const result = await execution.run(operation, newContext());
        return rateLimit ? { ...result, extensions: { ...result.extensions, rateLimit } } : result;
      } catch (error) {
        return failing(error);
      }
    },
    subscribe: async (args) => {
      const { operation, newContext, receiver } = args as Admitted;
      return execution.subscribe(operation, newContext, receiver).catch(failing);
    },

    onNext({ extra }, _id, _payload, _args, result) {
      return result.errors ? present(extra, result) : undefined;
    },
    onComplete({ extra, subscriptions }) {
      // The answer of what ended access itself is sent before the socket closes.
      if (!extra.revoked || Object.values(subscriptions).some((running) => running === null)) return;
      setImmediate(() => extra.end(closeCodes.forbidden, 'SESSION_EXPIRED'));
    },
    onError({ extra }, _id, _payload, errors) {
      return errors.flatMap(errorsOf).map((error) => formatError(error, scopeOf(extra)));
    },
  });
}

/** A stream that fails at once: what is wrong with an operation is told by an `error` message, never by `next`. */
function failing(error: unknown): AsyncIterable<ExecutionResult> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

/** The errors that were caught as one. */
function errorsOf(error: unknown): readonly GraphQLError[] {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  if (cause instanceof RequestErrors) return cause.errors;
  if (error instanceof GraphQLError) return [error];
  return [new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) })];
}
