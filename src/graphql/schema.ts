import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import '../modules/accounts/schema.js';
import '../modules/availability/schema.js';
import '../modules/boards/schema.js';
import '../modules/calendar-feed/schema.js';
import '../modules/chats/schema.js';
import '../modules/room-exports/schema.js';
import '../modules/classrooms/schema.js';
import '../modules/lessons/schema.js';
import '../modules/moderation/schema.js';
import '../modules/notifications/schema.js';
import '../modules/privacy/schema.js';
import '../modules/presence/schema.js';
import '../modules/relations/schema.js';
import '../modules/series/schema.js';
import { builder } from './builder.js';
import './error-code.js';
import { resolveIdsAtOnce } from './node-ids.js';
import './scalars.js';

/** The executable schema, of everything that the modules have added to the builder. */
export const schema: GraphQLSchema = resolveIdsAtOnce(builder.toSchema());

/** The schema as text, sorted: the content of schema.graphql. */
export function printSortedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
