import { GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import {
  GraphQLDateTime,
  GraphQLEmailAddress,
  GraphQLLocalDate,
  GraphQLLocale,
  GraphQLTimeZone,
} from 'graphql-scalars';
import { type Cursor, decodeCursor, encodeCursor } from '../channels/cursor.js';
import { builder } from './builder.js';

/** The library's scalar under our description. */
function described<In, Out>(
  scalar: GraphQLScalarType<In, Out>,
  description: string,
): GraphQLScalarType<In, Out> {
  return new GraphQLScalarType({ ...scalar.toConfig(), description });
}

/** The library's errors quote the address, and errors are logged by clients and proxies. */
function withoutQuotes(scalar: typeof GraphQLEmailAddress): typeof GraphQLEmailAddress {
  const { parseValue, parseLiteral, ...config } = scalar.toConfig();
  const quietly = <Parsed>(parse: () => Parsed, nodes?: ValueNode): Parsed => {
    try {
      return parse();
    } catch {
      throw new GraphQLError('is not an e-mail address', nodes ? { nodes } : {});
    }
  };
  return new GraphQLScalarType({
    ...config,
    parseValue: (value) => quietly(() => parseValue(value)),
    parseLiteral: (node, variables) => quietly(() => parseLiteral(node, variables), node),
  }) as typeof GraphQLEmailAddress;
}

const cursorScalar = new GraphQLScalarType<Cursor, string>({
  name: 'Cursor',
  description:
    'An opaque position in a channel. Pass the cursor of the last event that you have seen as `after` to miss nothing.',
  serialize: (value) => encodeCursor(value as Cursor),
  parseValue: (value) => {
    const cursor = typeof value === 'string' ? decodeCursor(value) : null;
    if (!cursor) throw new GraphQLError('is not a cursor of a channel');
    return cursor;
  },
});

builder.addScalarType(
  'DateTime',
  described(
    GraphQLDateTime,
    'An ISO 8601 instant with its offset, such as 2026-03-29T10:15:00+03:00; answered in UTC.',
  ),
);
builder.addScalarType(
  'Date',
  new GraphQLScalarType({
    ...GraphQLLocalDate.toConfig(),
    name: 'Date',
    description: 'An ISO 8601 calendar date, such as 2026-03-29, in the zone that its field names.',
  }),
);
builder.addScalarType('TimeZone', described(GraphQLTimeZone, 'An IANA time zone name, such as Europe/Kyiv.'));
builder.addScalarType('EmailAddress', described(withoutQuotes(GraphQLEmailAddress), 'An e-mail address.'));
builder.addScalarType('Locale', described(GraphQLLocale, 'A BCP 47 language tag, such as uk or en-GB.'));
builder.addScalarType('Cursor', cursorScalar);
