import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import type { Context, Services } from '../../graphql/context.js';
import { type Execution, type Operation, RequestErrors } from '../../graphql/execution.js';
import { type ErrorScope, formatError } from '../../graphql/format-error.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import type { TransportLimits } from '../limits.js';
import type { Connection } from './connection.js';
import type { SignIn } from './sign-in.js';

export interface ProtocolOptions {
  readonly execution: Execution;
  readonly services: Services;
  readonly signIn: SignIn;
  readonly limits: TransportLimits;
  readonly logger: Logger;
}

/** An admitted operation, as graphql-ws hands it back to us. */
interface Admitted extends ExecutionArgs {
  readonly operation: Operation;
  readonly newContext: () => Context;
}

/** Creates the graphql-transport-ws protocol over our own execution. A failing operation never closes its socket. */
export function createProtocol({
  execution,
  services,
  signIn,
  limits,
  logger,
}: ProtocolOptions): Server<Connection> {
  const scopeOf = ({ requestId }: Connection): ErrorScope => ({ requestId, logger });

  function admit(connection: Connection, running: number, operation: Operation): void {
    if (limits.operationsPerSocket > 0 && running > limits.operationsPerSocket)
      throw new AppError('TOO_MANY_SUBSCRIPTIONS');
    if (operation.type === OperationTypeNode.SUBSCRIPTION && !connection.viewer)
      throw new AppError('UNAUTHENTICATED');
  }

  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.initMs,
    onConnect: ({ extra, connectionParams }) => signIn.admit(extra, connectionParams?.['accessToken']),

    onSubscribe({ extra, subscriptions }, _id, payload) {
      try {
        const operation = execution.prepare(payload);
        // The operation itself is among them already.
        admit(extra, Object.keys(subscriptions).length, operation);
        const { viewer, caller, requestId } = extra;
        const newContext = () => ({ viewer, services, caller, requestId });
        const { document } = operation;
        // graphql-ws asks for a context value unless there is one; ours are made per operation and per event.
        return { operation, newContext, document, contextValue: null } as unknown as ExecutionArgs;
      } catch (error) {
        return errorsOf(error);
      }
    },

    execute: async (args) => {
      const { operation, newContext } = args as Admitted;
      return execution.run(operation, newContext()).catch(failing);
    },
    subscribe: async (args) => {
      const { operation, newContext } = args as Admitted;
      return execution.subscribe(operation, newContext).catch(failing);
    },

    onNext({ extra }, _id, _payload, _args, result) {
      if (!result.errors) return undefined;
      return { ...result, errors: result.errors.map((error) => formatError(error, scopeOf(extra))) };
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
