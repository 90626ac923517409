import type { FastifyRequest } from 'fastify';
import { AppError } from '../../shared/errors.js';

/** What a request asks for, as far as it is well-formed; Apollo refuses whatever is not. */
export interface GraphqlRequest {
  readonly query?: unknown;
  readonly extensions?: unknown;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whether a request only reads. */
export function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Reads the parameters of a GET, or the body of a POST. Fails with BAD_REQUEST for parameters that are no JSON. */
export function readRequest(request: FastifyRequest): GraphqlRequest {
  const sent = isRead(request) ? parametersOf(request) : isObject(request.body) ? request.body : {};
  const { query, extensions, operationName, variables } = sent;
  return {
    query,
    extensions,
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : null,
    variables: isObject(variables) ? variables : {},
  };
}

/** Puts the text in the place of the hash that stands for it, if one does: Apollo knows no hashes. */
export function writeText(request: FastifyRequest, query: string): void {
  const { extensions } = readRequest(request);
  if (!isObject(extensions) || extensions['persistedQuery'] === undefined) return;
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

function parametersOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const parameters = new URL(request.url, 'http://localhost').searchParams;
  return {
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    variables: parse(parameters, 'variables'),
    extensions: parse(parameters, 'extensions'),
  };
}

function parse(parameters: URLSearchParams, name: string): unknown {
  const json = parameters.get(name);
  try {
    return json ? JSON.parse(json) : undefined;
  } catch {
    throw new AppError('BAD_REQUEST', { [name]: [{ rule: 'JSON' }] });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
