import { hash } from 'node:crypto';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { AppError } from '../shared/errors.js';
import { createDocumentCache } from './document-cache.js';
import { asksForSchema, checkShape, tooComplex } from './document-shape.js';
import { type DocumentLimits, defaultDocumentLimits } from './guard-limits.js';
import { createCostOf, type OperationCost } from './operation-cost.js';
import { literalError } from './value-errors.js';
import { checkVariables } from './variables-shape.js';

/** A document that may be executed, or what is wrong with it. */
export type Guarded = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** The one gate for documents, over HTTP and over WebSocket. */
export interface DocumentGuard {
  /**
   * Parses and validates a document, cheapest checks first. Each error has an AppError inside: DOCUMENT_TOO_COMPLEX,
   * GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, or VALIDATION_ERROR for a bad value. Good documents are kept.
   */
  check(text: string): Guarded;
  /** The same for a document that was found good lately; null for any other, without looking at it. */
  recall(text: string): Guarded | null;
  /** A document that was found good lately, by the SHA-256 of its text in hex. */
  kept(hash: string): DocumentNode | undefined;
  /**
   * Looks at an operation of a good document with its variables, before anything is coerced or read. Fails with
   * DOCUMENT_TOO_COMPLEX; null when the document has no such operation.
   */
  weigh(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): OperationCost | null;
}

export interface GuardOptions {
  readonly schema: GraphQLSchema;
  readonly limits?: Partial<DocumentLimits>;
  /** Whether clients may read the schema; names are not suggested when not. */
  readonly introspection: boolean;
}

/** More errors than this help nobody. */
const maxErrors = 20;
/** Characters of text that the cache holds; a parsed document takes some hundred times its text. */
const cachedCharacters = 512 * 1024;

/** Creates the gate for one schema. */
export function createDocumentGuard({ schema, limits: given, introspection }: GuardOptions): DocumentGuard {
  const limits = { ...defaultDocumentLimits, ...given };
  const cache = createDocumentCache(cachedCharacters);
  const costOf = createCostOf(schema);

  function prepare(text: string): DocumentNode {
    const document = parseDocument(text, limits.tokens);
    checkShape(document, limits);
    if (!introspection && asksForSchema(document)) {
      throw notValid('Introspection is turned off.');
    }
    return document;
  }

  function check(text: string): Guarded {
    try {
      // No text has fewer bytes than UTF-16 units, so that a huge one is not even measured.
      if (limits.bytes > 0 && (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes)) {
        throw tooComplex({ rule: 'AT_MOST_BYTES', max: limits.bytes });
      }
      const key = hashOf(text);
      const known = cache.get(key);
      if (known) return { document: known };
      const document = prepare(text);
      const problems = validate(schema, document, undefined, { maxErrors, hideSuggestions: !introspection });
      if (problems.length > 0)
        return { errors: problems.map((problem) => validationError(problem, document)) };
      cache.set(key, document, text.length);
      return { document };
    } catch (error) {
      if (error instanceof AppError)
        return { errors: [new GraphQLError(error.message, { originalError: error })] };
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  }

  return {
    check,
    recall(text) {
      const document = text.length > limits.bytes && limits.bytes > 0 ? undefined : cache.get(hashOf(text));
      return document ? { document } : null;
    },
    kept: (key) => cache.get(key),
    weigh(document, operationName, variables) {
      checkVariables(variables, limits);
      const weighed = costOf(document, operationName, variables);
      if (weighed && limits.cost > 0 && weighed.cost > limits.cost) {
        throw tooComplex({ rule: 'AT_MOST_COST', cost: weighed.cost, max: limits.cost });
      }
      return weighed;
    },
  };
}

function hashOf(text: string): string {
  return hash('sha256', text);
}

function parseDocument(text: string, tokens: number): DocumentNode {
  try {
    return parse(text, tokens > 0 ? { maxTokens: tokens } : {});
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const known = error.message.includes('Parsing aborted')
      ? tooComplex({ rule: 'AT_MOST_TOKENS', max: tokens })
      : new AppError('GRAPHQL_PARSE_FAILED', {}, { values: { reason: error.message } });
    const { source, positions } = error;
    throw new GraphQLError(known.message, { source, positions, originalError: known });
  }
}

function validationError(problem: GraphQLError, document: DocumentNode): GraphQLError {
  const known = literalError(problem, document) ?? notValid(problem.message);
  return new GraphQLError(known.message, { nodes: problem.nodes, originalError: known });
}

function notValid(reason: string): AppError {
  return new AppError('GRAPHQL_VALIDATION_FAILED', {}, { values: { reason } });
}
