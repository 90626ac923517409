import { readFile } from 'node:fs/promises';
import {
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { printSortedSchema, schema } from '../../src/graphql/schema.js';
import { errorCatalogue } from '../../src/shared/errors.js';
import { encodeIdOfType, newId } from '../../src/shared/ids.js';

const own = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !name.startsWith('__') && !['Boolean', 'Float', 'ID', 'Int', 'String'].includes(name),
);

/** A type with its members and their arguments, by path. */
function members(type: GraphQLNamedType): [path: string, description: string | null | undefined][] {
  const found: [string, string | null | undefined][] = [[type.name, type.description]];
  if (isEnumType(type)) {
    for (const value of type.getValues()) found.push([`${type.name}.${value.name}`, value.description]);
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields()))
      found.push([`${type.name}.${field.name}`, field.description]);
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      const path = `${type.name}.${field.name}`;
      found.push([path, field.description]);
      for (const argument of field.args) found.push([`${path}(${argument.name})`, argument.description]);
    }
  }
  return found;
}

it('schema.graphql is what the code defines: npm run schema writes it', async () => {
  const file = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
  expect(file === printSortedSchema()).toBe(true);
});

it('every type, field, argument and enum value has a description', () => {
  const undescribed = own.flatMap(members).filter(([, description]) => !description?.trim());
  expect(undescribed.map(([path]) => path)).toEqual([]);
});

it('the id of a node is its own UUID as a TypeID, and no promise of one', () => {
  const nodes = own
    .filter(isObjectType)
    .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
  expect(nodes.length).toBeGreaterThan(10);
  for (const type of nodes) {
    const id = newId();
    const given = type.getFields()['id']?.resolve?.({ id }, {}, {}, {} as never);
    expect(given).toBe(encodeIdOfType(type.name, id));
  }
});

it('the ErrorCode enum has exactly the codes of the catalogue', () => {
  const type = schema.getType('ErrorCode');
  if (!isEnumType(type)) throw new Error('there is no enum ErrorCode');
  expect(
    type
      .getValues()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(Object.keys(errorCatalogue).sort());
});

it('every mutation that takes anything takes one input', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(fields.length).toBeGreaterThan(15);
  for (const { args } of fields)
    expect(args.map(({ name }) => name)).toEqual(args.length === 0 ? [] : ['input']);
});

it('a list of objects is a connection, unless it is bounded by what it is', () => {
  const bounded = new Set([
    'Query.sessions',
    'Query.nodes',
    'LessonsPayload.lessons',
    'Lesson.attendance',
    'Availability.windows',
    'Availability.exceptions',
    'Query.freeSlots',
    'NotificationsPayload.notifications',
    'NotificationPreferences.preferences',
    'NotificationDefaultsPayload.preferences',
    'Query.notificationDefaults',
    'Query.webhookEndpoints',
    'PresenceSnapshot.present',
    'ChatMessage.mentions',
    'ChatMessage.reactions',
    'Board.elements',
    'BoardPointers.pointers',
    'MessageSnippet.highlights',
  ]);
  const lists = own.flatMap((type) => {
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields())
      .filter(({ name, type: output }) => {
        const inner = isNonNullType(output) ? output.ofType : output;
        const named = getNamedType(output);
        return isListType(inner) && (isObjectType(named) || isInterfaceType(named)) && name !== 'edges';
      })
      .map(({ name }) => `${type.name}.${name}`);
  });
  expect(lists.filter((path) => !bounded.has(path))).toEqual([]);
});
