import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { ephemeralSubscriptions, possibleTypes } from './generated/schema-facts.js';

/** What has to be known of a subscription to make it survive a cut. */
export interface LiveOperation {
  /** Under which key of the result its events come. */
  readonly key: string;
  /** The variable that is passed as `after`; null when the subscription has no history. */
  readonly cursorVariable: string | null;
}

/**
 * Reads a subscription. One with a history must pass a variable as `after` and select `__typename` and
 * `... on ChannelEvent { cursor }`, so that every event says where to go on: otherwise a TypeError says what is
 * missing, before anything is lost.
 */
export function readLiveOperation(document: DocumentNode, operationName?: string): LiveOperation {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'subscription') throw new TypeError('This is no subscription.');
  const [field, ...others] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || others.length > 0) {
    throw new TypeError('A subscription selects one field, without a fragment around it.');
  }
  const key = field.alias?.value ?? field.name.value;
  if (ephemeralSubscriptions.includes(field.name.value)) return { key, cursorVariable: null };
  const cursorVariable = variableOfAfter(field);
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  for (const name of ['cursor', '__typename']) {
    if (field.selectionSet && selectsForAll(field.selectionSet, name, fragments)) continue;
    throw new TypeError(
      `${key} cannot be resumed: select "__typename ... on ChannelEvent { cursor }" (${name} is missing).`,
    );
  }
  return { key, cursorVariable };
}

function variableOfAfter(field: FieldNode): string {
  const value = field.arguments?.find((argument) => argument.name.value === 'after')?.value;
  if (value?.kind === Kind.VARIABLE) return value.name.value;
  throw new TypeError(`${field.name.value} cannot be resumed: pass a variable as its argument "after".`);
}

/** Whether every event gets this field, whatever its type: a selection inside `... on MessageSent` is not enough. */
function selectsForAll(
  { selections }: SelectionSetNode,
  name: string,
  fragments: readonly FragmentDefinitionNode[],
): boolean {
  return selections.some((selection) => {
    if (selection.directives?.length) return false;
    if (selection.kind === Kind.FIELD) return !selection.alias && selection.name.value === name;
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : fragments.find((candidate) => candidate.name.value === selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (!fragment || (condition !== undefined && !(condition in possibleTypes))) return false;
    return selectsForAll(fragment.selectionSet, name, fragments);
  });
}
