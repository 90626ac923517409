import { readdir, readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLObjectType,
  getOperationAST,
  Kind,
  parse,
  typeFromAST,
  validate,
} from 'graphql';
import { pino } from 'pino';
import type { Services } from '../../src/graphql/context.js';
import { schema } from '../../src/graphql/schema.js';
import { AppError } from '../../src/shared/errors.js';
import { createHttpServer, type HttpServerOptions } from '../../src/transport/server.js';
import { createRandom } from '../testkit/random.js';
import { actedSchema } from './acted-schema.js';
import { randomOperation, type SentOperation, sampleValue } from './random-operations.js';

/** `npm run test:attacks` tries more. */
const seeds = Number(process.env['OPERATION_SEEDS'] ?? 200);

const serverOf = (options: Partial<HttpServerOptions>) =>
  createHttpServer({
    schema: actedSchema(schema),
    services: {} as Services,
    authenticate: async () => {
      throw new AppError('UNAUTHENTICATED');
    },
    introspection: true,
    graphiql: null,
    ready: async () => true,
    logger: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    rateLimits: {
      take: async () => ({ allowed: true, limit: 100, windowSeconds: 60, remaining: 42, resetMs: 7_000 }),
      fault: async () => {},
      distrust: () => null,
    },
    ...options,
  });
const server = serverOf({});
const reference = serverOf({ executesByApollo: true });
const agent = new Agent({ keepAlive: true });
const execute = ApolloServer.prototype.executeHTTPGraphQLRequest;
let byApollo = 0;
let listeners: NodeJS.UnhandledRejectionListener[];
let url: string;
let referenceUrl: string;

beforeAll(async () => {
  ({ url } = await server.start());
  ({ url: referenceUrl } = await reference.start());
  // Of a list with an item that fails at once, graphql-js leaves the promises of the items before it to themselves.
  listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => {});
  ApolloServer.prototype.executeHTTPGraphQLRequest = function (...args) {
    byApollo++;
    return execute.apply(this, args);
  };
});
afterAll(async () => {
  ApolloServer.prototype.executeHTTPGraphQLRequest = execute;
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener);
  agent.destroy();
  await Promise.all([server.stop(), reference.stop()]);
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(
  origin: string,
  { query, operationName, variables }: SentOperation,
  variant: number,
): Promise<Answer> {
  const operation = { query, operationName, variables };
  const accept = [undefined, 'application/json', 'application/graphql-response+json, application/json;q=0.9'];
  const headers = {
    'content-type': 'application/json',
    'x-request-id': 'the-same',
    ...(accept[variant % 3] ? { accept: accept[variant % 3] } : {}),
    ...(variant % 4 === 0 ? { 'accept-language': 'uk' } : {}),
  };
  const byGet = variant % 5 === 0 && !operation.query.includes('mutation');
  const parameters = new URLSearchParams({
    query: operation.query,
    ...(operation.operationName ? { operationName: operation.operationName } : {}),
    variables: JSON.stringify(operation.variables ?? {}),
  });
  const target = `${origin}/graphql${byGet ? `?${parameters}` : ''}`;
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, method: byGet ? 'GET' : 'POST', headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.once('end', () => {
        const { date: _date, ...others } = response.headers;
        resolve({ status: response.statusCode, headers: others, body });
      });
    });
    sent.once('error', reject).end(byGet ? undefined : JSON.stringify(operation));
  });
}

/** What came of operations, for the tests that these are not all of one kind. */
interface Tally {
  compared: number;
  withErrors: number;
  withoutData: number;
  whole: number;
}

/**
 * Sends each operation to Apollo, and to our executor when its document is new to it and when it is known; then the same
 * document with other variables.
 */
async function compare(operations: readonly SentOperation[]): Promise<Tally> {
  const tally = { compared: 0, withErrors: 0, withoutData: 0, whole: 0 };
  for (const [variant, operation] of operations.entries()) {
    await compareOne(operation, variant, tally);
    await compareOne({ ...operation, variables: operation.otherVariables ?? {} }, variant, tally);
  }
  return tally;
}

async function compareOne(operation: SentOperation, variant: number, tally: Tally): Promise<void> {
  const before = byApollo;
  const expected = await ask(referenceUrl, operation, variant);
  const executed = byApollo > before;
  for (let time = 0; time < 2; time++) {
    const given = await ask(url, operation, variant);
    if (JSON.stringify(given) !== JSON.stringify(expected))
      expect({ ...given, time, operation }).toEqual({ ...expected, time, operation });
  }
  // What the door refuses, and what names no operation, is no matter of execution.
  if (!executed || byApollo > before + 1) return;
  tally.compared++;
  const { data, errors } = JSON.parse(expected.body);
  if (errors) tally.withErrors++;
  else tally.whole++;
  if (!data) tally.withoutData++;
}

/** Every operation of a document with values for its variables. */
function operationsOf(query: string, seed: number): SentOperation[] {
  const random = createRandom(seed);
  return parse(query).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const values = () =>
      Object.fromEntries(
        (definition.variableDefinitions ?? []).map(({ variable, type }) => [
          variable.name.value,
          sampleValue(random, typeFromAST(schema, type as never) as GraphQLInputType),
        ]),
      );
    const operationName = definition.name?.value ?? null;
    // A number of its own: it is new to the server, even if other tests of this file have sent the same.
    const own = `# ${seed}\n${query}`;
    return [{ query: own, operationName, variables: values(), otherVariables: values() }];
  });
}

/** The documents that stand in the tests as one piece. */
async function documentsOfTests(): Promise<string[]> {
  const names = await readdir('tests', { recursive: true });
  const found = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.ts'))) {
    const text = await readFile(join('tests', name), 'utf8');
    for (const [, , document = ''] of text.matchAll(/(['`])(\s*(?:query|mutation|fragment|\{)[^`$]*?)\1/g))
      if (isValid(document)) found.add(document);
    for (const [, , document = ''] of text.matchAll(/(['`])(\s*(?:query|mutation|\{)[^`']*?\}\s*)\1/g))
      if (isValid(document)) found.add(document);
  }
  return [...found];
}

function isValid(document: string): boolean {
  try {
    const parsed = parse(document);
    const operation = getOperationAST(parsed, null);
    return operation?.operation !== 'subscription' && validate(schema, parsed).length === 0;
  } catch {
    return false;
  }
}

it('an operation of a client is answered the same by Apollo and by our executor', async () => {
  const documents: string[] = Object.values(
    JSON.parse(await readFile('client/generated/persisted-documents.json', 'utf8')),
  );
  const operations = documents
    .filter((document) => !document.includes('subscription'))
    .flatMap((document, index) => operationsOf(document, index));
  const { compared } = await compare(operations);
  expect(compared).toBeGreaterThan(100);
});

it('an operation of the tests is answered the same by Apollo and by our executor', async () => {
  const documents = await documentsOfTests();
  expect(documents.length).toBeGreaterThan(100);
  const operations = documents.flatMap((document, index) => operationsOf(document, 10_000 + index));
  const { compared } = await compare(operations);
  expect(compared).toBeGreaterThan(100);
});

it(
  'a random operation is answered the same by Apollo and by our executor',
  async () => {
    const operations = Array.from({ length: seeds }, (_, seed) => randomOperation(schema, seed));
    const { compared, withErrors, withoutData, whole } = await compare(operations);
    expect(compared).toBeGreaterThan(seeds);
    expect(withErrors).toBeGreaterThan(seeds * 0.1);
    expect(withoutData).toBeGreaterThan(seeds * 0.02);
    expect(whole).toBeGreaterThan(seeds * 0.1);
  },
  60_000 + seeds * 100,
);

it('a document that nobody has sent before leaves no rejection unhandled, with which the process would end', async () => {
  // The first item fails in a moment, and the second at once.
  const failing = buildSchema('type Query { items: [Item!] } type Item { name: String! }');
  const queryType = failing.getQueryType();
  const fields = { ...queryType?.getFields(), ...(failing.getType('Item') as GraphQLObjectType).getFields() };
  Object.assign(fields['items'] ?? {}, { resolve: () => ['later', 'now'] });
  Object.assign(fields['name'] ?? {}, {
    resolve: (item: string) => {
      const error = new AppError('NOT_FOUND');
      if (item === 'now') throw error;
      return new Promise((_, reject) => setImmediate(reject, error));
    },
  });
  const one = serverOf({ schema: failing });
  const { url: origin } = await one.start();
  const { body } = await ask(origin, { query: '{ items { name } }', operationName: null, variables: {} }, 1);
  expect(JSON.parse(body)).toMatchObject({ data: { items: null }, errors: [{ path: ['items', 1, 'name'] }] });
  // The other one has failed meanwhile; had nobody waited for it, this process would be no more.
  await new Promise((resolve) => setImmediate(resolve));
  await one.stop();
});
