import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { createRandom, type Random } from '../testkit/random.js';

/** An operation as a client sends it. */
export interface SentOperation {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Others, for the same document sent again. */
  readonly otherVariables?: Readonly<Record<string, unknown>>;
}

const texts: Readonly<Record<string, readonly unknown[]>> = {
  ID: ['lesson_01h2xcejqtf2nbrexx3vqjhp41', 'user_01h2xcejqtf2nbrexx3vqjhp41', 'nothing', 5],
  String: ['a text', '', 'Ми їмо'],
  Int: [1, 2, 0],
  Boolean: [true, false],
  Float: [1.5, 2],
  DateTime: ['2026-03-29T10:15:00+03:00', '2026-12-01T00:00:00Z'],
  Date: ['2026-03-29'],
  TimeZone: ['Europe/Kyiv'],
  Locale: ['uk'],
  EmailAddress: ['a@test.example'],
  Cursor: [],
};

/** A value of an input type; now and then one that it does not take. */
export function sampleValue(random: Random, type: GraphQLInputType, depth = 0): unknown {
  if (random.chance(0.01)) return random.pick<unknown>([null, 'wrong', 3, {}, []]);
  if (isNonNullType(type)) return sampleValue(random, type.ofType, depth);
  if (depth > 0 && random.chance(0.1)) return null;
  if (isListType(type))
    return Array.from({ length: random.int(3) }, () => sampleValue(random, type.ofType, depth + 1));
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const given = fields.filter((field) => isNonNullType(field.type) || (depth < 2 && random.chance(0.4)));
    return Object.fromEntries(given.map((field) => [field.name, sampleValue(random, field.type, depth + 1)]));
  }
  return random.pick(texts[type.name] ?? ['x']) ?? null;
}

/** Valid operations over a schema, the same for the same seed: aliases, fragments, variables, defaults, directives. */
export function randomOperation(schema: GraphQLSchema, seed: number): SentOperation {
  return new Writer(schema, createRandom(seed)).write();
}

class Writer {
  readonly #variables = new Map<string, { readonly declared: string; readonly values: readonly unknown[] }>();
  readonly #fragments: string[] = [];
  #left = 60;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
  ) {}

  write(): SentOperation {
    const { random } = this;
    const kind = random.chance(0.25) ? 'mutation' : 'query';
    const root = kind === 'query' ? this.schema.getQueryType() : this.schema.getMutationType();
    const body = this.#selection(root as GraphQLNamedType, 0);
    const declared = [...this.#variables].map(([name, { declared: type }]) => `$${name}: ${type}`);
    const given = (place: number) =>
      Object.fromEntries(
        [...this.#variables].flatMap(([name, { values }]) =>
          values[place] === undefined ? [] : [[name, values[place]]],
        ),
      );
    const head = `${kind} Named${declared.length > 0 ? `(${declared.join(', ')})` : ''}`;
    const other = random.chance(0.1) ? ' query Other { __typename }' : '';
    return {
      query: `${head} ${body} ${this.#fragments.join(' ')}${other}`,
      variables: given(0),
      otherVariables: given(1),
      ...(other || random.chance(0.5) ? { operationName: random.chance(0.95) ? 'Named' : 'Absent' } : {}),
    };
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const { random } = this;
    const parts: string[] = [];
    const count = 1 + random.int(depth === 0 ? 3 : 5);
    for (let n = 0; n < count && this.#left > 0; n++) parts.push(this.#part(type, depth));
    if (random.chance(0.1) && depth > 0) parts.push(this.#mark(`more: __typename`));
    return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
  }

  #part(type: GraphQLNamedType, depth: number): string {
    const { random } = this;
    this.#left--;
    const choice = random.int(20);
    if (isAbstractType(type) && choice < 14) {
      const concrete = random.pick(this.schema.getPossibleTypes(type));
      return this.#mark(`... on ${concrete.name}`, this.#selection(concrete, depth + 1));
    }
    if (choice === 14 && depth > 0) return this.#mark('...', this.#selection(type, depth));
    if (choice === 15 && depth > 0) {
      const name = `F${this.#fragments.length}`;
      this.#fragments.push('');
      this.#fragments[Number(name.slice(1))] =
        `fragment ${name} on ${type.name} ${this.#selection(type, depth + 1)}`;
      return this.#mark(`...${name}`);
    }
    if (choice === 16 || !(isObjectType(type) || isInterfaceType(type))) return '__typename';
    const field = random.pick(Object.values(type.getFields()).filter((one) => depth < 4 || isLeaf(one.type)));
    return field ? this.#field(field, depth) : '__typename';
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const { random } = this;
    const args = field.args.flatMap((argument) => this.#argument(argument));
    // Fields of one name with other arguments may not stand beside each other.
    const alias = field.args.length > 0 || random.chance(0.3) ? `a${this.#left}_${depth}: ` : '';
    const body = isLeaf(field.type) ? '' : ` ${this.#selection(getNamedType(field.type), depth + 1)}`;
    const text = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
    const once = this.#mark(text, body);
    // The same field twice: its selections become one.
    return alias === '' && body !== '' && random.chance(0.2)
      ? `${once} ${field.name} ${this.#selection(getNamedType(field.type), depth + 1)}`
      : once;
  }

  #argument({ name, type }: GraphQLArgument): string[] {
    const { random } = this;
    if (!isNonNullType(type) && random.chance(0.6)) return [];
    if (random.chance(0.3)) {
      const value = literal(sampleValue(random, type), type);
      if (value !== null) return [`${name}: ${value}`];
    }
    const variable = `v${this.#variables.size}`;
    const value = () => (random.chance(0.05) ? undefined : sampleValue(random, type));
    this.#variables.set(variable, { declared: String(type), values: [value(), value()] });
    return [`${name}: $${variable}`];
  }

  /** Now and then with a condition. */
  #mark(text: string, body = ''): string {
    const { random } = this;
    if (random.chance(0.85)) return `${text}${body}`;
    const directive = random.pick(['skip', 'include']);
    if (random.chance(0.4)) return `${text} @${directive}(if: ${random.chance(0.5)})${body}`;
    const variable = `c${this.#variables.size}`;
    const value = () => random.pick<unknown>([true, false, true, false, undefined, null]);
    this.#variables.set(variable, {
      declared: random.pick(['Boolean!', 'Boolean = true', 'Boolean! = false']),
      values: [value(), value()],
    });
    return `${text} @${directive}(if: $${variable})${body}`;
  }
}

function isLeaf(type: GraphQLOutputType): boolean {
  const named = getNamedType(type);
  return !('getFields' in named) && !isAbstractType(named);
}

/** A value as it stands in a document; null for one that cannot. */
function literal(value: unknown, type: GraphQLInputType): string | null {
  const named = isNonNullType(type) ? type.ofType : type;
  if (value === null) return 'null';
  if (isEnumType(named)) return String(value);
  if (isListType(named))
    return Array.isArray(value)
      ? `[${value.map((item) => literal(item, named.ofType) ?? 'null').join(', ')}]`
      : null;
  if (isInputObjectType(named)) {
    if (typeof value !== 'object') return null;
    const fields = named.getFields();
    const parts = Object.entries(value as object).map(([key, inner]) =>
      fields[key] ? `${key}: ${literal(inner, fields[key].type) ?? 'null'}` : '',
    );
    return `{ ${parts.join(', ')} }`;
  }
  return typeof value === 'object' ? null : JSON.stringify(value);
}
