import { GraphQLError } from 'graphql';
import { isOutage } from '../platform/database/failures.js';
import type { Logger } from '../platform/logger.js';
import { AppError, asError, type ErrorCode, type ErrorFields, errorCatalogue } from '../shared/errors.js';
import { RateLimited } from '../shared/rate-limited.js';
import { argumentError, variableError } from './value-errors.js';

/** What every failure tells. */
export interface Failure {
  readonly code: ErrorCode;
  /** For people. */
  readonly detail: string;
  /** Messages by input path. */
  readonly fields: ErrorFields;
}

/** A GraphQL error as clients get it; `message` is the detail. */
export interface FormattedError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions: Failure & Readonly<Record<string, unknown>>;
}

/** Whose failure it is: an unexpected one is found in the log by the request id. */
export interface ErrorScope {
  readonly requestId: string;
  readonly logger: Logger;
}

/** The error for a GraphQL answer. What was not meant for the caller is logged and masked as INTERNAL_ERROR. */
export function formatError(error: unknown, scope: ErrorScope): FormattedError {
  return present(error, expectedError(error) ?? unexpected(error, scope));
}

/** The same without a request: nothing is logged, and an unexpected error has no id. */
export function formatErrorSilently(error: unknown): FormattedError {
  return present(error, expectedError(error) ?? new AppError('INTERNAL_ERROR'));
}

/** The error for any endpoint but GraphQL: its HTTP status and its body. */
export function errorBody(error: unknown, scope: ErrorScope): { status: number; body: { error: Failure } } {
  const known = expectedError(error) ?? unexpected(error, scope);
  return { status: errorCatalogue[known.code].status, body: { error: failureOf(known) } };
}

/** What a failure of any origin means for the caller; null when it was not meant for the caller at all. */
export function expectedError(error: unknown): AppError | null {
  // The cause lies inside: graphql-js and Apollo wrap what they catch.
  let inner: unknown = error;
  for (;;) {
    if (inner instanceof AppError) return inner;
    if (isOutage(inner)) return new AppError('SERVICE_UNAVAILABLE', {}, { cause: inner });
    const known = inner instanceof GraphQLError ? requestError(inner) : null;
    if (known) return known;
    if (!(inner instanceof GraphQLError) || !inner.originalError) return null;
    inner = inner.originalError;
  }
}

/** What graphql-js or Apollo has against a request. Any other GraphQLError was thrown while a field was resolved. */
function requestError(error: GraphQLError): AppError | null {
  const known = variableError(error) ?? argumentError(error);
  if (known) return known;
  const detail = error.message;
  switch (error.extensions['code']) {
    case 'GRAPHQL_PARSE_FAILED':
    case 'GRAPHQL_VALIDATION_FAILED':
    case 'OPERATION_RESOLUTION_FAILURE':
    case 'PERSISTED_QUERY_NOT_SUPPORTED':
      return new AppError(error.extensions['code'], {}, { detail });
    case 'BAD_REQUEST': {
      const http = error.extensions['http'] as { readonly status?: number } | undefined;
      return new AppError(http?.status === 405 ? 'METHOD_NOT_ALLOWED' : 'BAD_REQUEST', {}, { detail });
    }
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
  const detail = `${errorCatalogue.INTERNAL_ERROR.detail} The request id is ${requestId}.`;
  return new AppError('INTERNAL_ERROR', {}, { detail });
}

function innermost(error: unknown): Error {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return asError(inner);
}

function present(error: unknown, known: AppError): FormattedError {
  const { locations, path } = error instanceof GraphQLError ? error : {};
  return {
    message: known.detail,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: {
      ...failureOf(known),
      ...(known instanceof RateLimited ? { retryAfter: known.retryAfter } : {}),
    },
  };
}

function failureOf({ code, detail, fields }: AppError): Failure {
  return { code, detail, fields };
}
