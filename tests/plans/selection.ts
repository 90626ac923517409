import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';

/** All fields of a type that need no argument, down to a depth. */
function selectionOf(type: GraphQLNamedType, depth: number): string {
  if (!isCompositeType(type)) return '';
  if (isUnionType(type)) {
    const parts = type.getTypes().map((one) => `... on ${one.name}${selectionOf(one, depth)}`);
    return ` { __typename ${parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return ' { __typename }';
  const fields = Object.values(type.getFields()).filter(({ args, type: of }) => {
    const takesNothing = args.every((arg) => !isNonNullType(arg.type) || arg.defaultValue !== undefined);
    return takesNothing && (depth > 1 || !isCompositeType(getNamedType(of)));
  });
  const selected = fields.map((field) => `${field.name}${selectionOf(getNamedType(field.type), depth - 1)}`);
  return ` { __typename ${selected.join(' ')} }`;
}

const rootOf = (schema: GraphQLSchema, name: string) =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].find(
    (type) => type?.getFields()[name],
  );

/** An operation that asks for one root field with these arguments, and for everything that it gives. */
export function operationOn(
  schema: GraphQLSchema,
  name: string,
  given: readonly string[],
  depth: number,
): string {
  const root = rootOf(schema, name);
  const field = root?.getFields()[name] as GraphQLField<unknown, unknown> | undefined;
  if (!root || !field) throw new Error(`the schema has no ${name}`);
  const args = field.args.filter((arg) => given.includes(arg.name));
  const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  return `${root.name.toLowerCase()}${declared && ` (${declared})`} { ${name}${passed && `(${passed})`}${selectionOf(getNamedType(field.type), depth)} }`;
}
