import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../src/graphql/schema.js';
import { createRandom, type Random } from '../testkit/random.js';

export interface SelectionOptions {
  /** Which fields to take, by type and name. */
  readonly take: (type: GraphQLObjectType, field: string) => boolean;
  readonly depth: number;
  /** Whether a field gets an alias. */
  readonly alias?: () => string;
}

/** The selection set of a type in text, down to a depth; empty when nothing can be selected. */
export function selectionOf(type: GraphQLNamedType, options: SelectionOptions): string {
  if (isAbstractType(type)) {
    const members = schema.getPossibleTypes(type).map((member) => {
      const inner = selectionOf(member, options);
      return inner ? `... on ${member.name} ${inner}` : '';
    });
    return `{ __typename ${members.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument) || !options.take(type, field.name)) return [];
    const alias = options.alias?.() ?? '';
    const named = getNamedType(field.type as GraphQLOutputType);
    // Under another name, since members of a union may have the same field with another nullability.
    const name = `${alias || `${type.name}_${field.name}`}: ${field.name}`;
    if (isLeafType(named)) return [name];
    if (options.depth === 0) return [];
    const inner = selectionOf(named, { ...options, depth: options.depth - 1 });
    return inner ? [`${name} ${inner}`] : [];
  });
  return fields.length > 0 ? `{ __typename ${fields.join(' ')} }` : '{ __typename }';
}

/** A selection at random, the same for the same seed. */
export function randomSelection(type: GraphQLNamedType, seed: number): string {
  const random: Random = createRandom(seed);
  return selectionOf(type, {
    depth: 3,
    take: (_type, field) => (field !== 'roomId' || random.chance(0.5) ? random.chance(0.6) : false),
    alias: () => (random.chance(0.3) ? `a${random.int(1_000_000)}` : ''),
  });
}

/** The same limits, all turned off: what is selected at random is larger than any client's document. */
export function turnedOff<Limits extends object>(limits: Limits): Limits {
  return Object.fromEntries(Object.keys(limits).map((name) => [name, 0])) as Limits;
}
