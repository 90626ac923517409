import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import { type Context, readerLanguage } from '../../graphql/context.js';
import { type FormattedError, formatError } from '../../graphql/format-error.js';
import { noteOperation } from '../../graphql/operations.js';
import type { Logger } from '../../platform/logger.js';
import { answerType, contentType, statusWithoutData } from './graphql-answer.js';

/** Of what a result is, and for whom. */
export interface ResultOf {
  /** Undefined when the document has no such operation. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly context: Context;
  readonly accept: string | undefined;
  readonly logger: Logger;
}

/** A result as it is sent. */
export interface SentResult {
  /** 200 unless told. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly errors?: readonly FormattedError[];
    readonly data?: ExecutionResult['data'];
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Gives a result its final shape, whoever executed it: errors for their reader, what is left to the caller, and without
 * data the status that the media type asks for. Notes what became of the operation.
 */
export function sentResult(
  { data, errors }: ExecutionResult,
  { operation, context, accept, logger }: ResultOf,
): SentResult {
  const type = answerType(accept) ?? 'application/json';
  const headers = { 'content-type': contentType(type) };
  const { requestId, rateLimit } = context;
  const extensions = rateLimit ? { extensions: { rateLimit } } : {};
  const facts = {
    operation: operation?.name?.value ?? null,
    ...(operation ? { type: operation.operation } : {}),
  };
  const given = data === undefined ? {} : { data };
  if (!errors) {
    noteOperation({ ...facts, code: 'OK' });
    return { headers, body: { ...given, ...extensions } };
  }
  const scope = { requestId, logger, language: readerLanguage(context) };
  const formatted = errors.map((error) => formatError(error, scope));
  const code = formatted[0]?.extensions.code;
  noteOperation({ ...facts, code: code ?? 'INTERNAL_ERROR' });
  const limited = formatted.find((error) => error.extensions.code === 'RATE_LIMITED');
  const wait = limited?.extensions['retryAfter'];
  return {
    ...(code && data === undefined ? { status: statusWithoutData(code, type) } : {}),
    headers: wait === undefined ? headers : { ...headers, 'retry-after': String(wait) },
    body: { errors: formatted, ...given, ...extensions },
  };
}

/** The text of a result, its parts in the order of Apollo Server, with a line's end as there. */
export function textOf({ body }: SentResult): string {
  return `${JSON.stringify(body)}\n`;
}
