import { type GraphQLSchema, isAbstractType } from 'graphql';

/**
 * A TypeScript module with two facts that a client needs at run time: which types an interface or union may be (for
 * Apollo's cache), and which subscriptions have no history (for those the schema offers no `after`).
 */
export function schemaFacts(schema: GraphQLSchema): string {
  const possibleTypes = Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .filter((type) => !type.name.startsWith('__'))
    .map((type) => [type.name, names(schema.getPossibleTypes(type))] as const)
    .sort(byFirst);
  const fields = Object.values(schema.getSubscriptionType()?.getFields() ?? {});
  const ephemeral = names(
    fields.filter((field) => !field.args.some((argument) => argument.name === 'after')),
  );
  return `${[
    '/** The object types of each interface and union. */',
    `export const possibleTypes: Readonly<Record<string, string[]>> = ${json(Object.fromEntries(possibleTypes))};`,
    '',
    '/** The subscriptions without a history: a cut of theirs cannot be resumed, only begun anew. */',
    `export const ephemeralSubscriptions: readonly string[] = ${json(ephemeral)};`,
  ].join('\n')}\n`;
}

function names(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name).sort();
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
