import type { FastifyRequest } from 'fastify';
import { AppError } from '../../shared/errors.js';

/** What a request asks for. */
export interface GraphqlRequest {
  readonly query: string | null;
  readonly extensions: JsonObject;
  readonly operationName: string | null;
  readonly variables: JsonObject;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a request only reads. */
export function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Reads the parameters of a GET, or the body of a POST. Fails with BAD_REQUEST for whatever Apollo would refuse before
 * it knows of an operation, since its refusals know no request id and no language.
 */
export function readRequest(request: FastifyRequest): GraphqlRequest {
  const sent = isRead(request) ? parametersOf(request) : request.body;
  if (!isObject(sent)) throw refused('body', 'OBJECT');
  if (Object.hasOwn(sent, '__proto__')) throw refused('body', 'DEFINED');
  return {
    query: textIn(sent, 'query'),
    extensions: objectIn(sent, 'extensions'),
    operationName: textIn(sent, 'operationName'),
    variables: objectIn(sent, 'variables'),
  };
}

/** Puts the text in the place of the hash that stands for it, if one does: Apollo knows no hashes. */
export function writeText(request: FastifyRequest, { extensions }: GraphqlRequest, query: string): void {
  if (extensions['persistedQuery'] === undefined) return;
  const { persistedQuery: _named, ...others } = extensions;
  if (isRead(request)) {
    const url = new URL(request.url, 'http://localhost');
    url.searchParams.set('query', query);
    url.searchParams.set('extensions', JSON.stringify(others));
    request.raw.url = `${url.pathname}${url.search}`;
  } else {
    request.body = { ...(request.body as object), query, extensions: others };
  }
}

const parameters = ['query', 'operationName', 'variables', 'extensions'] as const;

function parametersOf(request: FastifyRequest): JsonObject {
  const { searchParams } = new URL(request.url, 'http://localhost');
  for (const name of parameters) if (searchParams.getAll(name).length > 1) throw refused(name, 'ONCE');
  return {
    query: searchParams.get('query'),
    operationName: searchParams.get('operationName'),
    variables: parsed(searchParams, 'variables'),
    extensions: parsed(searchParams, 'extensions'),
  };
}

function parsed(searchParams: URLSearchParams, name: string): unknown {
  const json = searchParams.get(name);
  if (json === null) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    throw refused(name, 'JSON');
  }
}

/** Null when it is absent, null or empty. */
function textIn(sent: JsonObject, name: string): string | null {
  const value = sent[name] ?? '';
  if (typeof value !== 'string') throw refused(name, 'TEXT');
  return value === '' ? null : value;
}

function objectIn(sent: JsonObject, name: string): JsonObject {
  const value = sent[name] ?? {};
  if (!isObject(value)) throw refused(name, 'OBJECT');
  return value;
}

function refused(part: string, rule: 'OBJECT' | 'DEFINED' | 'TEXT' | 'JSON' | 'ONCE'): AppError {
  return new AppError('BAD_REQUEST', { [part]: [{ rule }] });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
