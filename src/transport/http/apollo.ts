import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Context } from '../../graphql/context.js';
import { formatErrorSilently } from '../../graphql/format-error.js';
import type { DocumentGuard } from '../../graphql/guards.js';
import type { Logger } from '../../platform/logger.js';
import { AppError } from '../../shared/errors.js';
import { sentResult } from './graphql-result.js';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly guard: DocumentGuard;
  readonly logger: Logger;
}

/**
 * Creates what refuses requests in which there is nothing to execute, in its own words; and executes what it is given where
 * the executor is compared with it. Every document that it gets has passed the guard.
 */
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
  { request, response, operation, errors, contextValue: context }: GraphQLRequestContext<Context>,
  logger: Logger,
): void {
  // Nothing here is sent in parts.
  if (response.body?.kind !== 'single') return;
  const result = { ...response.body.singleResult, ...(errors ? { errors } : { errors: undefined }) };
  const accept = request.http?.headers.get('accept');
  const { status, headers, body } = sentResult(result, { operation, context, accept, logger });
  for (const [name, value] of Object.entries(headers)) response.http.headers.set(name, value);
  if (status !== undefined) response.http.status = status;
  response.body = { kind: 'single', singleResult: body };
}
