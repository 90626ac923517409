import { type GraphQLSchema, isInterfaceType } from 'graphql';
import { encodeIdOfType } from '../shared/ids.js';

/**
 * Gives the ids of nodes at once: the UUID of the object (`id`, in every module) as a TypeID. Pothos asks for it in an
 * async function, so that every object of an answer would wait for promises for something that is there.
 */
export function resolveIdsAtOnce(schema: GraphQLSchema): GraphQLSchema {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new Error('the schema has no Node');
  for (const type of schema.getPossibleTypes(node)) {
    const { id } = type.getFields();
    if (id) id.resolve = (object: { readonly id: string }) => encodeIdOfType(type.name, object.id);
  }
  return schema;
}
