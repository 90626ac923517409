import { GraphQLError } from 'graphql';
import { isOutage } from '../platform/database/failures.js';
import type { Logger } from '../platform/logger.js';
import { AppError, asError, errorCatalogue, type Failure, failureIn } from '../shared/errors.js';
import { defaultLanguage, type Language } from '../shared/language.js';
import { RateLimited } from '../shared/rate-limited.js';
import { constraintError } from './constraint-errors.js';
import { argumentError, variableError } from './value-errors.js';

/** A GraphQL error as clients get it; `message` is the detail. */
export interface FormattedError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions: Failure & Readonly<Record<string, unknown>>;
}

/** Whose failure it is: who reads it, and the request id by which an unexpected one is found in the log. */
export interface ErrorScope {
  readonly requestId: string;
  readonly logger: Logger;
  readonly language: Language;
}

/** The error for a GraphQL answer. What was not meant for the caller is logged and masked as INTERNAL_ERROR. */
export function formatError(error: unknown, scope: ErrorScope): FormattedError {
  return present(error, expectedError(error) ?? unexpected(error, scope), scope.language);
}

/** The error in every language, for an answer that is shared. */
export function formatErrorInAll(error: unknown, scope: ErrorScope): Record<Language, FormattedError> {
  const known = expectedError(error) ?? unexpected(error, scope);
  return { en: present(error, known, 'en'), uk: present(error, known, 'uk') };
}

/** `formatError` without a request: nothing is logged, an unexpected error has no id, and nobody's language is known. */
export function formatErrorSilently(error: unknown): FormattedError {
  return present(error, expectedError(error) ?? masked('unknown'), defaultLanguage);
}

/** The error for any endpoint but GraphQL: its HTTP status and its body. */
export function errorBody(error: unknown, scope: ErrorScope): { status: number; body: { error: Failure } } {
  const known = expectedError(error) ?? unexpected(error, scope);
  return { status: errorCatalogue[known.code].status, body: { error: failureIn(scope.language, known) } };
}

/** What a failure of any origin means for the caller; null when it was not meant for the caller at all. */
export function expectedError(error: unknown): AppError | null {
  // The cause lies inside: graphql-js and Apollo wrap what they catch.
  let inner: unknown = error;
  for (;;) {
    if (inner instanceof AppError) return inner;
    if (isOutage(inner)) return new AppError('SERVICE_UNAVAILABLE', {}, { cause: inner });
    const known = inner instanceof GraphQLError ? requestError(inner) : constraintError(inner);
    if (known) return known;
    if (!(inner instanceof GraphQLError) || !inner.originalError) return null;
    inner = thrown(inner.originalError);
  }
}

/** What graphql-js or Apollo has against a request. Any other GraphQLError was thrown while a field was resolved. */
function requestError(error: GraphQLError): AppError | null {
  const known = variableError(error) ?? argumentError(error);
  if (known) return known;
  const code = error.extensions['code'];
  switch (code) {
    case 'GRAPHQL_PARSE_FAILED':
    case 'GRAPHQL_VALIDATION_FAILED':
      return new AppError(code, {}, { values: { reason: error.message } });
    case 'OPERATION_RESOLUTION_FAILURE':
      return new AppError(code, { operationName: [{ rule: 'NAMES_OPERATION' }] });
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
    case 'BAD_REQUEST':
      return new AppError(code);
    default:
      return null;
  }
}

function unexpected(error: unknown, { requestId, logger }: ErrorScope): AppError {
  const path = error instanceof GraphQLError ? error.path?.join('.') : undefined;
  logger.error(
    { err: innermost(error), requestId, ...(path ? { path } : {}) },
    'an unexpected error was masked',
  );
  return masked(requestId);
}

function masked(requestId: string): AppError {
  return new AppError('INTERNAL_ERROR', {}, { values: { requestId } });
}

function innermost(error: unknown): Error {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = thrown(inner.originalError);
  return asError(inner);
}

/** What a resolver threw: graphql-js puts what it takes for no Error into one. */
function thrown(error: Error): unknown {
  return 'thrownValue' in error ? error.thrownValue : error;
}

function present(error: unknown, known: AppError, language: Language): FormattedError {
  const { locations, path } = error instanceof GraphQLError ? error : {};
  const failure = failureIn(language, known);
  return {
    message: failure.detail,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: {
      ...failure,
      ...(known instanceof RateLimited ? { retryAfter: known.retryAfter } : {}),
    },
  };
}
