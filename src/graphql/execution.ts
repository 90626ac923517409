import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import { type ChannelSource, ChannelStream } from '../channels/stream.js';
import { AppError } from '../shared/errors.js';
import type { Viewer } from '../shared/viewer.js';
import type { Context } from './context.js';
import type { Executor } from './executor.js';
import type { FanOut } from './fan-out.js';
import { expectedError } from './format-error.js';
import type { DocumentGuard } from './guards.js';
import { leastCost, type OperationCost } from './operation-cost.js';
import type { PersistedDocuments } from './persisted-documents.js';
import { pump } from './pump.js';
import { sharingOf, variablesKey } from './sharing.js';
import type { Shared, SharedResponse, Subscriber } from './subscriber.js';

/** What a client sends. */
export interface OperationRequest {
  readonly query: string;
  /** May have the hash of a listed document in place of an empty `query`. */
  readonly extensions?: unknown;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An operation that may be executed. */
export interface Operation {
  readonly type: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly cost: OperationCost;
}

/** What is wrong with a request as a whole, so that there is no result at all. */
export class RequestErrors extends Error {
  override readonly name = 'RequestErrors';

  constructor(readonly errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('\n'));
  }
}

/** A subscription that has begun. */
export interface Subscription {
  /** Ends it for the subscriber with whom it has begun, without a word. */
  stop(subscriber: Subscriber): void;
}

/** Runs operations for the WebSocket; HTTP has Apollo Server for it, behind the same guard. */
export interface Execution {
  /**
   * Guards a request and finds its operation. Throws RequestErrors, and DOCUMENT_TOO_COMPLEX for its variables and its
   * cost. Only documents that are known to be good are taken when told so; any other is null.
   */
  prepare(request: OperationRequest): Operation;
  prepare(request: OperationRequest, only: 'known'): Operation | null;
  /** Runs a query or a mutation. Throws RequestErrors when it could not even begin (a bad variable). */
  run(operation: Operation, context: Context): Promise<ExecutionResult>;
  /**
   * Begins a subscription: its source is made once, and each event is executed with a context of its own. Rejects when
   * it is refused; ends with an error when the source fails or an event cannot be executed. A channel's events are
   * executed once for all who are alike.
   */
  subscribe(operation: Operation, subscriber: Subscriber): Promise<Subscription>;
}

export interface ExecutionOptions {
  readonly schema: GraphQLSchema;
  readonly executor: Executor;
  readonly guard: DocumentGuard;
  readonly documents: PersistedDocuments;
  readonly fanOut: FanOut;
}

/** Creates the execution over one schema and its guard. */
export function createExecution({ schema, executor, guard, documents, fanOut }: ExecutionOptions): Execution {
  /** Executes one event of a subscription. */
  async function respond(
    { document, operationName, variableValues }: Executed,
    event: unknown,
    subscriber: Subscriber,
  ): Promise<SharedResponse> {
    const contextValue = subscriber.newContext();
    const given = { document, operationName, variableValues, contextValue };
    const result = await executor({ ...given, rootValue: event });
    if (isLost(result)) throw new RequestErrors(result.errors ?? []);
    return subscriber.serialize(result);
  }

  /** Two subscriptions with the same key get the same response to the same event. */
  function keyOf(
    operation: Operation,
    viewer: Viewer | null,
    { channel, accessClass }: ChannelSource,
  ): string {
    const { document, operationName, variableValues } = operation;
    const sharing = sharingOf(schema, document, operationName);
    const alike = sharing.viewerDependent
      ? `viewer ${viewer?.userId}`
      : `${viewer?.organizationId} ${accessClass}`;
    const variables = variablesKey(sharing, variableValues);
    return [channel, documentNumber(document), operationName ?? '', alike, variables].join('\n');
  }

  /** The same for all: there are thousands. */
  const leaving: Subscription = { stop: (subscriber) => fanOut.leave(subscriber) };

  return {
    prepare(request: OperationRequest, only?: 'known') {
      const { operationName, variables } = request;
      const text = documents.textOf(request) ?? '';
      const guarded = only ? guard.recall(text) : guard.check(text);
      if (!guarded) return null as never;
      if ('errors' in guarded) throw new RequestErrors(guarded.errors);
      const definition = getOperationAST(guarded.document, operationName);
      if (!definition) throw new RequestErrors([noOperation()]);
      const { document } = guarded;
      const variableValues = variables ?? {};
      const cost = guard.weigh(document, operationName, variableValues) ?? leastCost;
      return { type: definition.operation, document, operationName, variableValues, cost };
    },

    async run(operation, context) {
      const result = await executor({ ...operation, contextValue: context });
      if (!('data' in result)) throw new RequestErrors(result.errors ?? []);
      return result;
    },

    async subscribe(operation, subscriber) {
      const context = subscriber.newContext();
      const source = await createSourceEventStream({ schema, ...operation, contextValue: context });
      if (!(Symbol.asyncIterator in source)) throw new RequestErrors(source.errors ?? []);
      if (!(source instanceof ChannelStream))
        return pump(source[Symbol.asyncIterator](), {
          respond: (event) => respond(operation, event, subscriber),
          deliver: (response) => subscriber.deliver(response),
          end: (error) => subscriber.end(error),
        });
      const { document, operationName, variableValues } = operation;
      const shared: Shared = {
        key: keyOf(operation, context.viewer, source.source),
        field: sharingOf(schema, document, operationName).field,
        execute: (event, one) => respond({ document, operationName, variableValues }, event, one),
      };
      fanOut.join(subscriber, source, shared);
      return leaving;
    },
  };
}

/** What of an operation is executed with each event. */
type Executed = Pick<Operation, 'document' | 'operationName' | 'variableValues'>;

/**
 * Whether nothing is left of an event because of a fault of ours. Going on would skip it; the client rather subscribes
 * again with its last cursor. An event that was refused with a code is an answer.
 */
function isLost({ data, errors }: ExecutionResult): boolean {
  if (!errors || Object.values(data ?? {}).some((value) => value !== null)) return false;
  return errors.some((error) => {
    const code = expectedError(error)?.code;
    return code === undefined || code === 'SERVICE_UNAVAILABLE';
  });
}

/** Documents that are kept are the same object for the same text. */
const documentNumbers = new WeakMap<DocumentNode, number>();
let documents = 0;

function documentNumber(document: DocumentNode): number {
  let number = documentNumbers.get(document);
  if (number === undefined) {
    number = ++documents;
    documentNumbers.set(document, number);
  }
  return number;
}

function noOperation(): GraphQLError {
  const originalError = new AppError('OPERATION_RESOLUTION_FAILURE', {
    operationName: [{ rule: 'NAMES_OPERATION' }],
  });
  return new GraphQLError(originalError.message, { originalError });
}
