import type { Logger } from '../platform/logger.js';
import type { Tracing } from '../platform/tracing/tracing.js';
import { newWork, type Work, within } from '../platform/tracing/work.js';
import { type Execution, type Operation, type OperationRequest, RequestErrors } from './execution.js';
import { expectedError } from './format-error.js';
import type { OperationLog } from './operations.js';

export interface ObservationOptions {
  readonly operations: OperationLog;
  readonly tracing: Tracing;
  readonly logger: Logger;
}

/** The execution of the WebSocket, with a line in the log and a count for every operation that was sent. */
export function observedExecution(
  execution: Execution,
  { operations, tracing, logger }: ObservationOptions,
): Execution {
  async function observe<T>(
    operation: Operation,
    requestId: string,
    act: () => Promise<T>,
    codeOf: (result: T) => string,
  ): Promise<T> {
    const start = performance.now();
    const work = tracing.begin({ name: `WebSocket ${operation.type}`, kind: 'server', requestId });
    const { document, operationName, type } = operation;
    work.facts.operation = operationName ?? soleName(document);
    work.facts.type = type;
    try {
      const result = await within(work, act);
      work.facts.code = codeOf(result);
      return result;
    } catch (error) {
      work.facts.code = codeOfError(error);
      throw error;
    } finally {
      ended(work, performance.now() - start);
    }
  }

  function ended(work: Work, milliseconds: number): void {
    const labels = operations.ended(work, milliseconds);
    const { requestId, statements } = work;
    const ms = Math.round(milliseconds);
    logger.info(
      { requestId, transport: 'websocket', ...labels, ms, statements: statements.count },
      'operation',
    );
    tracing.end(work, { attributes: { ...labels }, failed: labels?.code === 'INTERNAL_ERROR' });
  }

  return {
    prepare: ((request: OperationRequest, only?: 'known') => {
      try {
        return only ? execution.prepare(request, only) : execution.prepare(request);
      } catch (error) {
        const work = newWork('');
        work.facts.operation = request.operationName ?? null;
        work.facts.code = codeOfError(error);
        operations.ended(work, 0);
        throw error;
      }
    }) as Execution['prepare'],
    run: (operation, context) =>
      observe(
        operation,
        context.requestId,
        () => execution.run(operation, context),
        ({ errors }) => (errors?.[0] ? codeOfError(errors[0]) : 'OK'),
      ),
    subscribe: (operation, subscriber) =>
      observe(
        operation,
        subscriber.newContext().requestId,
        () => execution.subscribe(operation, subscriber),
        () => 'OK',
      ),
  };
}

function codeOfError(error: unknown): string {
  const first = error instanceof RequestErrors ? error.errors[0] : error;
  return expectedError(first)?.code ?? 'INTERNAL_ERROR';
}

function soleName({ definitions }: Operation['document']): string | null {
  for (const definition of definitions)
    if (definition.kind === 'OperationDefinition') return definition.name?.value ?? null;
  return null;
}
