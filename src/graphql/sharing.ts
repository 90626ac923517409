import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What decides which subscribers may be given the same response to an event. */
export interface Sharing {
  /** Whether a field is selected whose value depends on the viewer, beyond what the channel's access class tells. */
  readonly viewerDependent: boolean;
  /** The variables that matter: without those that are only used as the `after` of the subscribed field. */
  readonly variables: readonly string[];
  /** The subscribed field. */
  readonly field: string;
}

/** For the `extensions` of a field of which two viewers of one channel may get different values. */
export const viewerDependent = { viewerDependent: true } as const;

const known = new WeakMap<DocumentNode, Map<string, Sharing>>();

/** How events of this operation may be shared; documents are kept, so each is looked at once. */
export function sharingOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): Sharing {
  const operations = known.get(document) ?? new Map<string, Sharing>();
  known.set(document, operations);
  const name = operationName ?? '';
  const sharing = operations.get(name) ?? inspect(schema, document, operationName);
  operations.set(name, sharing);
  return sharing;
}

function inspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): Sharing {
  const types = new TypeInfo(schema);
  const variables = new Set<string>();
  let dependent = false;
  let field = '';
  const root = schema.getSubscriptionType();
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Field: (node) => {
        if (types.getFieldDef()?.extensions['viewerDependent']) dependent = true;
        if (types.getParentType() === root) field ||= node.name.value;
        return undefined;
      },
      Argument: (node) => (node.name.value === 'after' && types.getParentType() === root ? false : undefined),
      Variable: (node) => {
        variables.add(node.name.value);
      },
    }),
  );
  const declared = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const used = declared.map(({ variable }) => variable.name.value).filter((name) => variables.has(name));
  return { viewerDependent: dependent, field, variables: used.sort() };
}

/** The variables that matter, as text. */
export function variablesKey({ variables }: Sharing, values: Readonly<Record<string, unknown>>): string {
  const given = variables.filter((name) => values[name] !== undefined);
  return JSON.stringify(given.map((name) => [name, sorted(values[name])]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, inner]) => [name, sorted(inner)]);
}
