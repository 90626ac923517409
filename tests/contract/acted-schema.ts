import {
  buildSchema,
  type GraphQLEnumType,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  printSchema,
} from 'graphql';
import { AppError } from '../../src/shared/errors.js';
import { createRandom, type Random } from '../testkit/random.js';

/** What each scalar is given as by a resolver. */
const internal: Readonly<Record<string, (random: Random) => unknown>> = {
  ID: (random) => (random.chance(0.2) ? random.int(1_000) : `lesson_${random.int(1_000)}`),
  String: (random) => random.pick(['', 'Ми їмо', 'a "text"\n\u2028', 'x'.repeat(random.int(40)), 17, true]),
  Int: (random) => random.pick<unknown>([0, 7, -3, '12', 1.5, 2 ** 40]),
  Boolean: (random) => random.chance(0.5),
  DateTime: (random) => new Date(1_790_000_000_000 + random.int(1e9)),
  Cursor: (random) => ({ channel: 'lesson:x', seq: random.int(99), tag: '7' }),
  Date: () => '2026-03-29',
  TimeZone: () => 'Europe/Kyiv',
  Locale: () => 'uk',
  EmailAddress: () => 'a@test.example',
};

/**
 * The schema with resolvers that play: the same in the same place of the same document, but values, nulls where there
 * may be none, errors of every kind, lists, promises and late promises by chance.
 */
export function actedSchema(real: GraphQLSchema): GraphQLSchema {
  const acted = buildSchema(printSchema(real));
  for (const type of Object.values(acted.getTypeMap())) {
    const original = real.getType(type.name);
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) {
      const { serialize, parseValue, parseLiteral } = original as GraphQLScalarType;
      Object.assign(type, { serialize, parseValue, parseLiteral });
    }
    if (isAbstractType(type)) {
      const possible = acted.getPossibleTypes(type).map(({ name }) => name);
      type.resolveType = (value) => {
        const random = createRandom(value.seed + 1);
        const name = random.chance(0.03) ? random.pick(['Query', 'Nothing']) : random.pick(possible);
        return random.chance(0.3) ? Promise.resolve(name) : name;
      };
    }
    if (!isObjectType(type)) continue;
    // Some kinds of objects are asked what they are, and some of those not at once.
    const asks = createRandom(hash(type.name)).int(6);
    if (asks < 2)
      type.isTypeOf = ({ seed }) => {
        const isOfType = !createRandom(seed + 2).chance(0.03);
        return asks === 0 ? isOfType : Promise.resolve(isOfType);
      };
    for (const field of Object.values(type.getFields()))
      field.resolve = (source, args, _context, info) => act(source, args, info, field.type);
  }
  return acted;
}

function act(source: unknown, args: unknown, info: GraphQLResolveInfo, type: GraphQLOutputType): unknown {
  const { seed = 0 } = (source ?? {}) as { readonly seed?: number };
  const parts = [seed, info.path.key, info.parentType.name, info.fieldName, JSON.stringify(args)];
  const random = createRandom(hash(parts.join(' ')));
  return sooner(random, () => played(random, type, true));
}

/** At once, after some turns of promises, or after the event loop has turned. */
function sooner(random: Random, make: () => unknown): unknown {
  const turns = random.int(5);
  switch (random.int(8)) {
    case 0:
      return afterTurns(turns, make);
    case 1:
      return new Promise((resolve) => setImmediate(resolve)).then(make);
    default:
      return make();
  }
}

async function afterTurns(turns: number, make: () => unknown): Promise<unknown> {
  for (let turn = 0; turn < turns; turn++) await undefined;
  return make();
}

function played(random: Random, type: GraphQLOutputType, mayThrow: boolean): unknown {
  const chance = random.int(100);
  if (chance < 3) {
    if (mayThrow) throw failure(random);
    return failure(random) instanceof Error ? new AppError('FORBIDDEN') : null;
  }
  if (isNonNullType(type)) return chance < 4 ? null : played(random, type.ofType, mayThrow);
  if (chance < 15) return random.pick([null, undefined]);
  if (isListType(type)) {
    if (chance < 16) return 'no list';
    return Array.from({ length: random.int(4) }, () =>
      random.chance(0.2)
        ? afterTurns(random.int(4), () => played(random, type.ofType, true))
        : played(random, type.ofType, false),
    );
  }
  if (isEnumType(type))
    return chance < 16 ? 'NO_VALUE' : random.pick((type as GraphQLEnumType).getValues()).value;
  if (isScalarType(type)) return internal[type.name]?.(random);
  return { seed: random.int(2 ** 31) };
}

function failure(random: Random): unknown {
  return random.pick<unknown>([
    new AppError('LESSON_NOT_FOUND'),
    new AppError('VALIDATION_ERROR', { 'input.title': [{ rule: 'REQUIRED' }] }),
    new Error('nobody is to read this'),
    new GraphQLError('nor this', { extensions: { code: 'LEAK' } }),
    'a text that was thrown',
    Object.assign(new Error('no database'), { code: 'ECONNREFUSED' }),
  ]);
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
