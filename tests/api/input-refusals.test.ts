import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { readConfig } from '../../src/config/config.js';
import { defaultDocumentLimits } from '../../src/graphql/guard-limits.js';
import { schema } from '../../src/graphql/schema.js';
import { type InputPlace, inputPlaces } from '../contract/sample-arguments.js';
import { eventually } from '../testkit/eventually.js';
import type { ClientError } from '../testkit/graphql-client.js';
import type { SocketClient } from '../testkit/socket-client.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

/**
 * Hostile values for every argument and every input field of every operation, made from the schema: none is executed,
 * each is a VALIDATION_ERROR that names its place. Many stand in one request, under aliases.
 */

type Field = GraphQLField<unknown, unknown>;

/** One value in one place of one operation. */
interface Attempt {
  readonly field: Field;
  readonly place: InputPlace;
  readonly what: string;
  readonly args: Record<string, unknown>;
  /** Further names after the place, for what is inside of the value. */
  readonly inside?: readonly string[];
}

/** An object with a property that a literal cannot have. */
function withKey(object: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.defineProperty({ ...object }, key, { value: { admin: true }, enumerable: true });
}

/** What no value of a type can be: coercion itself has to refuse it. */
function wrongTypes(type: GraphQLInputType): [string, unknown, string?][] {
  const named = getNamedType(type);
  const wrong: [string, unknown, string?][] = isNonNullType(type) ? [['null', null]] : [];
  if (isListType(getNullableType(type))) return wrong;
  if (isInputObjectType(named)) {
    return [...wrong, ['a text', 'x'], ['a number', 7], ['a list', [[]]]];
  }
  wrong.push(['an operator', { not: '' }], ['an operator in a list', [{ contains: '' }]]);
  if (isEnumType(named))
    return [...wrong, ['an unknown value', 'NO_SUCH_VALUE'], ['a prototype', '__proto__'], ['a number', 1]];
  if (named.name !== 'Boolean') wrong.push(['a boolean', true]);
  if (named.name === 'Int')
    wrong.push(
      ['an overflow', 2 ** 31],
      ['an underflow', -(2 ** 31) - 1],
      ['a fraction', 0.5],
      ['digits', '1'],
    );
  else if (named.name === 'Float') wrong.push(['digits', '1']);
  else if (named.name !== 'ID') wrong.push(['a number', 1e300]);
  if (named.name !== 'String' && named.name !== 'ID')
    wrong.push(['a NUL', '\0'], ['a text', "'; DROP TABLE lesson; --"]);
  return wrong;
}

/** Texts of the right type that nothing may be made of. */
const unstorable: [string, string][] = [
  ['a NUL', 'nul\0byte'],
  ['a high surrogate', 'lone\ud800'],
  ['a low surrogate', '\udfffalone'],
];
const huge = 'x'.repeat(20_000);

/** Values of the right type at its ends: taken or refused, but never a fault. */
const extremes: Readonly<Record<string, readonly unknown[]>> = {
  Int: [2 ** 31 - 1, -(2 ** 31), 0, -1],
  String: ['', ' ', '\u202e', '%', '\\', '__proto__', 'constructor', '{"not":""}'],
  ID: ['', 0, -1, '__proto__', 'user_', "lesson_' OR 1=1", 'lesson_00000000000000000000000000'],
  DateTime: ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '0001-01-01T00:00:00+23:59'],
  Date: ['0000-01-01', '9999-12-31'],
  TimeZone: ['UTC', 'Etc/GMT+12'],
  Locale: ['en-US-u-hc-h12'],
};

type Transport = 'HTTP' | 'WebSocket';
const kinds = ['query', 'mutation', 'subscription'] as const;
type Kind = (typeof kinds)[number];

function fieldsOf(kind: Kind): Field[] {
  const type = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[kind];
  return Object.values(type?.getFields() ?? {});
}

function attempts(kind: Kind, make: (place: InputPlace) => [string, unknown, string?][]): Attempt[] {
  return fieldsOf(kind).flatMap((field) =>
    inputPlaces(field).flatMap((place) =>
      make(place).map(([what, value, inside]) => ({
        field,
        place,
        what,
        args: place.with(value),
        ...(inside === undefined ? {} : { inside: [inside] }),
      })),
    ),
  );
}

/** Unknown keys beside the known ones of an input object. */
function unknownKeys({ type, sample }: InputPlace): [string, unknown, string?][] {
  if (!isInputObjectType(getNullableType(type))) return [];
  return ['__proto__', 'constructor', 'organizationId', 'AND'].map((key) => [
    `the key ${key}`,
    withKey(sample as Record<string, unknown>, key),
    key,
  ]);
}

/** One document for many attempts: each has an alias and variables of its own. */
function documentOf(kind: Kind, many: readonly Attempt[]) {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fields = many.map(({ field, args }, index) => {
    const passed = field.args
      .filter(({ name }) => name in args)
      .map(({ name, type }) => {
        const variable = `${name}_${index}`;
        variables[variable] = args[name];
        declared.push(`$${variable}: ${type}`);
        return `${name}: $${variable}`;
      });
    const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
    return `a${index}: ${field.name}(${passed.join(', ')})${selection}`;
  });
  return { text: `${kind} (${declared.join(', ')}) { ${fields.join('\n')} }`, variables };
}

interface Outcome {
  readonly attempt: string;
  readonly code: string;
  readonly named: boolean;
}

let app: TestApp;
let token: string;
let socket: SocketClient;
beforeAll(async () => {
  // What is counted has tests of its own.
  const { socketLimits } = readConfig({});
  app = await startApp({
    config: {
      documentLimits: { ...defaultDocumentLimits, cost: 0 },
      socketLimits: { ...socketLimits, messagesPerWindow: 0 },
    },
  });
  token = (await (await app.seed.school()).admin()).accessToken;
  socket = app.socket(token);
});
afterAll(() => app.stop());

/** How many stand in one request: fewer than the aliases, and the errors of variables, that are taken. */
const perRequest = 25;
const atOnce = 4;

async function ask(
  transport: Transport,
  kind: Kind,
  many: readonly Attempt[],
): Promise<readonly ClientError[]> {
  const { text, variables } = documentOf(kind, many);
  if (transport === 'HTTP') return (await app.client(token).send(text, variables)).errors ?? [];
  return new Promise((resolve, reject) => {
    const errors: ClientError[] = [];
    socket.client.subscribe(
      { query: text, variables },
      {
        next: (result) => void errors.push(...((result.errors ?? []) as unknown as ClientError[])),
        error: (error) => (Array.isArray(error) ? resolve(error as ClientError[]) : reject(error)),
        complete: () => resolve(errors),
      },
    );
  });
}

/** What became of each attempt: coercion tells it by its variable, a resolver by its argument. */
async function outcomes(
  transport: Transport,
  kind: Kind,
  all: readonly Attempt[],
  size = perRequest,
): Promise<Outcome[]> {
  const requests: Attempt[][] = [];
  for (let from = 0; from < all.length; from += size) requests.push(all.slice(from, from + size));
  const found: Outcome[][] = [];
  const next = requests.entries();
  const work = async () => {
    for (const [place, many] of next) {
      // A machine under load is no answer.
      const errors = await eventually(
        () => ask(transport, kind, many),
        (answer) => !answer.some(({ extensions }) => extensions.code === 'SERVICE_UNAVAILABLE'),
      );
      found[place] = many.map((attempt, index) => outcomeOf(kind, attempt, index, errors));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.flat();
}

function outcomeOf(kind: Kind, attempt: Attempt, index: number, errors: readonly ClientError[]): Outcome {
  const { place, inside = [], field, what } = attempt;
  const [argument = '', ...below] = [...place.path, ...inside];
  const places = [[`${argument}_${index}`, ...below].join('.'), [argument, ...below].join('.')];
  const isOwn = ({ path, extensions }: ClientError) =>
    path?.[0] === `a${index}` ||
    Object.keys(extensions.fields).some((key) => key.split('.')[0] === `${argument}_${index}`);
  const error = errors.find(isOwn);
  const fields = Object.keys(error?.extensions.fields ?? {});
  const named = fields.some((key) => places.some((one) => `${one}.`.startsWith(`${key}.`)));
  const name = `${kind} ${field.name}(${place.path.join('.')}): ${what}`;
  return { attempt: name, code: error?.extensions.code ?? 'none', named };
}

const refused = ({ code, named }: Outcome) => code === 'VALIDATION_ERROR' && named;

const transports = [
  ['HTTP', 'query'],
  ['HTTP', 'mutation'],
  ['WebSocket', 'query'],
  ['WebSocket', 'mutation'],
  ['WebSocket', 'subscription'],
] as const;

describe.each(transports)('over %s, what a %s is given', (transport, kind) => {
  // A subscription has one root field.
  const size = kind === 'subscription' ? 1 : perRequest;

  it('of another type is refused where it stands, and nothing runs', async () => {
    const all = attempts(kind, (place) => [...wrongTypes(place.type), ...unknownKeys(place)]);
    expect(all.length).toBeGreaterThan(kind === 'subscription' ? 10 : 100);
    const { result, statements } = await app.statements.during(() => outcomes(transport, kind, all, size));
    expect(result.filter((outcome) => !refused(outcome))).toEqual([]);
    // Coercion comes before everything: over HTTP only who asks is read, on the socket not even that.
    expect(new Set(statements).size).toBeLessThanOrEqual(1);
  });

  it('that no row can hold is refused where it stands, and nothing runs', async () => {
    const isText = ({ type }: InputPlace) => ['String', 'ID'].includes(String(getNullableType(type)));
    // Over HTTP each asks who it is, so one value has to do for a place there.
    const bad: [string, string][] =
      transport === 'HTTP' ? unstorable.slice(0, 1) : [...unstorable, ['a huge text', huge]];
    const all = attempts(kind, (place) => (isText(place) ? bad : []));
    // One that fails leaves no others beside it: most root fields are never null.
    const { result, statements } = await app.statements.during(() => outcomes(transport, kind, all, 1));
    expect(result.filter((outcome) => !refused(outcome))).toEqual([]);
    expect(new Set(statements).size).toBeLessThanOrEqual(1);
  });
});

it('values at the ends of their types are no faults', async () => {
  for (const kind of ['query', 'mutation'] as const) {
    const all = attempts(kind, ({ type }) =>
      (extremes[String(getNullableType(type))] ?? []).map((value) => [JSON.stringify(value), value]),
    );
    const faults = (await outcomes('WebSocket', kind, all, 1)).filter(
      ({ code }) => code === 'INTERNAL_ERROR',
    );
    expect(faults).toEqual([]);
  }
});
