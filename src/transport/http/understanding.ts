import type { FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Caller } from '../../graphql/context.js';
import { RequestErrors } from '../../graphql/execution.js';
import type { DocumentGuard } from '../../graphql/guards.js';
import { leastCost, type OperationCost } from '../../graphql/operation-cost.js';
import type { PersistedDocuments } from '../../graphql/persisted-documents.js';
import { AppError } from '../../shared/errors.js';
import { RateLimited } from '../../shared/rate-limited.js';
import type { RateLimits } from '../rate-limits.js';
import { type GraphqlRequest, isRead, readRequest } from './graphql-request.js';

/** A request that was found to be good. */
export interface Understood {
  readonly asked: GraphqlRequest;
  readonly text: string;
  readonly document: DocumentNode;
  /** Undefined when the document has no such operation. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly cost: OperationCost;
}

interface UnderstandingOptions {
  readonly guard: DocumentGuard;
  readonly documents: PersistedDocuments;
  readonly rateLimits: Pick<RateLimits, 'distrust'>;
}

/**
 * Creates what looks at everything that a request asks for, before anything is run. Apollo then finds nothing to refuse.
 * What it throws is a fault of the request, unless it is RATE_LIMITED.
 */
export function createUnderstanding({ guard, documents, rateLimits }: UnderstandingOptions) {
  function understand(request: FastifyRequest, reply: FastifyReply, caller: Caller): Understood {
    const asked = readRequest(request);
    const text = documents.textOf(asked);
    if (text === null) throw new AppError('BAD_REQUEST', { query: [{ rule: 'REQUIRED' }] });
    const document = documentFor(text, caller);
    const operation = getOperationAST(document, asked.operationName) ?? undefined;
    if (isRead(request) && operation && operation.operation !== OperationTypeNode.QUERY) {
      void reply.header('allow', 'POST');
      throw new AppError('METHOD_NOT_ALLOWED', { query: [{ rule: 'NEEDS_POST' }] });
    }
    const cost = guard.weigh(document, asked.operationName, asked.variables) ?? leastCost;
    return { asked, text, document, operation, cost };
  }

  function documentFor(text: string, caller: Caller): DocumentNode {
    const distrusted = rateLimits.distrust(caller);
    const guarded = distrusted ? guard.recall(text) : guard.check(text);
    if (!guarded) throw new RateLimited(distrusted?.resetMs ?? 0);
    if ('errors' in guarded) throw new RequestErrors(guarded.errors);
    return guarded.document;
  }

  return understand;
}
