import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { type Context, readerLanguage } from '../../graphql/context.js';
import { formatError, formatErrorSilently } from '../../graphql/format-error.js';
import type { DocumentGuard } from '../../graphql/guards.js';
import { noteOperation } from '../../graphql/operations.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import { answerType, contentType, statusWithoutData } from './graphql-answer.js';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly guard: DocumentGuard;
  readonly logger: Logger;
}

/** Creates the executor of HTTP operations. Every document that it gets has passed the guard. */
export function createApollo({ schema, guard, logger }: ApolloOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    logger,
    // Nothing here depends on the environment: what differs in production is told by options.
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    // The guard has parsed and validated already; Apollo finds the outcome under the hash that ends its key.
    documentStore: {
      get: async (key) => guard.kept(key.slice(-64)),
      set: async () => {},
      delete: async () => {},
    },
    // Errors of an operation are formatted again below, where the request is known.
    formatError: (_formatted, error) => formatErrorSilently(error),
    plugins: [
      // It would hook every field.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      answers(logger),
    ],
  });
}

/** Gives errors their final shape, and answers without data the status that their media type asks for. */
function answers(logger: Logger): ApolloServerPlugin<Context> {
  return {
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      logger.error({ err: error, requestId: requestContext.contextValue.requestId }, 'Apollo Server failed');
    },
    async requestDidStart() {
      return {
        async didResolveOperation({ operation }) {
          if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
          throw new AppError('BAD_REQUEST', { query: [{ rule: 'NEEDS_SOCKET' }] });
        },
        async willSendResponse(request) {
          finish(request, logger);
        },
      };
    },
  };
}

function finish(
  { request, response, operation, operationName, errors, contextValue }: GraphQLRequestContext<Context>,
  logger: Logger,
): void {
  const type = answerType(request.http?.headers.get('accept')) ?? 'application/json';
  response.http.headers.set('content-type', contentType(type));
  const facts = { operation: operationName ?? null, ...(operation ? { type: operation.operation } : {}) };
  if (!errors || response.body?.kind !== 'single') noteOperation({ ...facts, code: 'OK' });
  if (response.body?.kind !== 'single') return;
  const { rateLimit } = contextValue;
  if (rateLimit)
    response.body.singleResult.extensions = { ...response.body.singleResult.extensions, rateLimit };
  if (!errors) return;
  const scope = { requestId: contextValue.requestId, logger, language: readerLanguage(contextValue) };
  const formatted = errors.map((error) => formatError(error, scope));
  const result = { ...response.body.singleResult, errors: formatted };
  response.body = { kind: 'single', singleResult: result };
  const code = formatted[0]?.extensions.code;
  noteOperation({ ...facts, code: code ?? 'INTERNAL_ERROR' });
  const wait = formatted.find(({ extensions }) => extensions.code === 'RATE_LIMITED')?.extensions[
    'retryAfter'
  ];
  if (wait !== undefined) response.http.headers.set('retry-after', String(wait));
  if (code && !('data' in result && result.data !== undefined))
    response.http.status = statusWithoutData(code, type);
}
