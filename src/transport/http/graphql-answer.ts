import { type ErrorCode, errorCatalogue } from '../../shared/errors.js';
import { preferredType } from './media-type.js';

const json = 'application/json';
const graphqlResponse = 'application/graphql-response+json';

/** A media type in which GraphQL is answered. */
export type AnswerType = typeof json | typeof graphqlResponse;

/** The media type of the answer to a request with this Accept header; null when it takes none of ours. */
export function answerType(accept: string | undefined): AnswerType | null {
  return preferredType(accept, [json, graphqlResponse]);
}

/** Whether the client is a browser that wants a page. */
export function wantsPage(accept: string | undefined): boolean {
  return preferredType(accept, [json, graphqlResponse, 'text/html']) === 'text/html';
}

/** Faults of the GraphQL request itself, which a well-formed HTTP request carried. */
const requestFaults: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'DOCUMENT_TOO_COMPLEX',
  'VALIDATION_ERROR',
] as const);

/**
 * The HTTP status of an answer without data. Old clients take anything but 200 in `application/json` for a failure of
 * the transport; in `application/graphql-response+json` the status tells (GraphQL over HTTP, sections 6.4.1, 6.4.2).
 */
export function statusWithoutData(code: ErrorCode, type: AnswerType): number {
  return type === json && requestFaults.has(code) ? 200 : errorCatalogue[code].status;
}

/** The value of the Content-Type header. */
export function contentType(type: AnswerType): string {
  return `${type}; charset=utf-8`;
}
