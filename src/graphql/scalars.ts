import { GraphQLScalarType } from 'graphql';
import {
  GraphQLDateTime,
  GraphQLEmailAddress,
  GraphQLLocalDate,
  GraphQLLocale,
  GraphQLTimeZone,
} from 'graphql-scalars';
import { type Cursor, decodeCursor, encodeCursor } from '../channels/cursor.js';
import type { FieldProblem } from '../shared/errors.js';
import { builder } from './builder.js';
import { RefusedValue, refusing } from './refused-value.js';

/** The library's scalar under our name and description, and with our own words for what it refuses. */
function described<In, Out>(
  scalar: GraphQLScalarType<In, Out>,
  problem: FieldProblem,
  config: { readonly name?: string; readonly description: string },
): GraphQLScalarType<In, Out> {
  return refusing(new GraphQLScalarType({ ...scalar.toConfig(), ...config }), problem);
}

const cursorScalar = new GraphQLScalarType<Cursor, string>({
  name: 'Cursor',
  description:
    'An opaque position in a channel. Pass the cursor of the last event that you have seen as `after` to miss nothing.',
  serialize: (value) => encodeCursor(value as Cursor),
  parseValue: (value) => {
    const cursor = typeof value === 'string' ? decodeCursor(value) : null;
    if (!cursor) throw new RefusedValue({ rule: 'CURSOR' });
    return cursor;
  },
});

builder.addScalarType(
  'DateTime',
  described(
    GraphQLDateTime,
    { rule: 'DATE_TIME' },
    {
      description: 'An ISO 8601 instant with its offset, such as 2026-03-29T10:15:00+03:00; answered in UTC.',
    },
  ),
);
builder.addScalarType(
  'Date',
  described(
    GraphQLLocalDate,
    { rule: 'DATE' },
    {
      name: 'Date',
      description: 'An ISO 8601 calendar date, such as 2026-03-29, in the zone that its field names.',
    },
  ),
);
builder.addScalarType(
  'TimeZone',
  described(
    GraphQLTimeZone,
    { rule: 'TIME_ZONE' },
    { description: 'An IANA time zone name, such as Europe/Kyiv.' },
  ),
);
builder.addScalarType(
  'EmailAddress',
  described(GraphQLEmailAddress, { rule: 'EMAIL_ADDRESS' }, { description: 'An e-mail address.' }),
);
builder.addScalarType(
  'Locale',
  described(
    GraphQLLocale,
    { rule: 'LOCALE' },
    { description: 'A BCP 47 language tag, such as uk or en-GB.' },
  ),
);
builder.addScalarType('Cursor', refusing(cursorScalar, { rule: 'CURSOR' }));
