import { complexityFromQuery, type FieldComplexityValue } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What running an operation may take. */
export interface OperationCost {
  /** Fields of the answer, each list taken for as long as it may be; at least 1. */
  readonly cost: number;
  /** Root fields of a mutation: with aliases, one request may change many things. */
  readonly mutations: number;
}

/** Of what could not be weighed. */
export const leastCost: OperationCost = { cost: 1, mutations: 0 };

/** Items of a connection unless told, and at most; `shared/pagination.ts` refuses more. */
const pageItems = 20;
const maxPageItems = 100;
/** How long any other list is taken for. */
const listItems = 10;

type CostedField = Pick<GraphQLField<unknown, unknown>, 'name' | 'args' | 'type'>;

/**
 * The cost of one field for the complexity plugin: 1, times as many items as the arguments ask for. What a connection
 * has inside is counted for each item, so its own lists count once.
 */
export function fieldCost(
  args: Readonly<Record<string, unknown>>,
  _context: unknown,
  field: CostedField,
): FieldComplexityValue {
  const names = field.args.map(({ name }) => name);
  if (names.includes('first')) {
    const asked = args['first'] ?? args['last'] ?? pageItems;
    return { field: 1, multiplier: Math.min(Math.max(Number(asked), 0), maxPageItems) };
  }
  if (Array.isArray(args['ids'])) return { field: 1, multiplier: args['ids'].length };
  if (!isList(field)) return { field: 1, multiplier: 1 };
  return { field: 1, multiplier: field.name === 'edges' ? 1 : listItems };
}

function isList({ type }: CostedField): boolean {
  return String(type).startsWith('[');
}

/** Arguments whose values the cost depends on. */
const counted = new Set(['first', 'last', 'ids']);

/** What is known about an operation whatever its variables are. */
interface Prepared {
  /** The operation alone with the fragments, for the plugin takes the first of a document. */
  readonly document: DocumentNode;
  readonly mutations: number;
  /** Variables that the cost depends on. */
  readonly deciding: readonly string[];
  /** A list of ids that stands in the document and is longer than any may be. */
  readonly tooLong: boolean;
  /** Costs by the values of those. */
  readonly costs: Map<string, number>;
}

/** More ids than this are refused by whoever takes them; they would all be decoded to be counted. */
const maxIds = 500;

/** Values of variables that are remembered for an operation, and characters of them: pages have few sizes. */
const remembered = 20;
const rememberedCharacters = 200;

/** The cost of an operation of a valid document; null when it has no such operation. */
export type CostOf = (
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
) => OperationCost | null;

/** Creates the reckoning over one schema. What it remembers goes with the documents. */
export function createCostOf(schema: GraphQLSchema): CostOf {
  const known = new WeakMap<OperationDefinitionNode, Prepared>();

  function prepared(document: DocumentNode, operation: OperationDefinitionNode): Prepared {
    const found = known.get(operation);
    if (found) return found;
    const made = prepare(document, operation);
    known.set(operation, made);
    return made;
  }

  return (document, operationName, variables) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const { document: alone, mutations, deciding, tooLong, costs } = prepared(document, operation);
    if (tooLong || deciding.some((name) => lengthOf(variables[name]) > maxIds))
      return { cost: Number.MAX_SAFE_INTEGER, mutations };
    // Variables that cannot be taken are told by execution, which does nothing else. Only the first problem: the plugin
    // would gather them all, which takes seconds for a long list of bad values.
    const { variableDefinitions = [] } = operation;
    if (
      variableDefinitions.length > 0 &&
      getVariableValues(schema, variableDefinitions, variables, one).errors
    )
      return { cost: 1, mutations };
    const key = JSON.stringify(deciding.map((name) => variables[name]));
    const before = costs.get(key);
    if (before !== undefined) return { cost: before, mutations };
    try {
      const cost = Math.max(1, complexityFromQuery(alone, { schema, variables }).complexity);
      if (costs.size < remembered && key.length <= rememberedCharacters) costs.set(key, cost);
      return { cost, mutations };
    } catch (error) {
      // An argument that cannot be taken: execution says so, and does nothing else.
      if (error instanceof GraphQLError) return { cost: 1, mutations };
      throw error;
    }
  };
}

const one = { maxErrors: 1 };

function prepare(document: DocumentNode, operation: OperationDefinitionNode): Prepared {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  const deciding = new Set<string>();
  let tooLong = false;
  visit(alone, {
    Argument: (argument) => {
      if (!counted.has(argument.name.value)) return false;
      if (argument.value.kind === Kind.LIST && argument.value.values.length > maxIds) tooLong = true;
      visit(argument.value, { Variable: ({ name }) => void deciding.add(name.value) });
      return false;
    },
  });
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const mutations = isMutation ? rootFields(operation.selectionSet, fragments) : 0;
  return { document: alone, mutations, deciding: [...deciding], tooLong, costs: new Map() };
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Fields of the root, in fragments too. The shape of the document is bounded, and so is this. */
function rootFields({ selections }: SelectionSetNode, fragments: readonly FragmentDefinitionNode[]): number {
  let count = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) count++;
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += rootFields(selection.selectionSet, fragments);
    else {
      const fragment = fragments.find(({ name }) => name.value === selection.name.value);
      if (fragment) count += rootFields(fragment.selectionSet, fragments);
    }
  }
  return count;
}
