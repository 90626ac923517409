import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionNode } from 'graphql';

/**
 * Whether one of these fields is selected below the field that is resolved, by names from there down. What a condition
 * (`@skip`, `@include`) decides counts as not selected: this is for reading ahead, and who is wrong reads later.
 */
export function selects(info: GraphQLResolveInfo, path: readonly string[]): boolean {
  return info.fieldNodes.some((node) => reaches(node, path, 0, info));
}

function reaches(node: FieldNode, path: readonly string[], depth: number, info: GraphQLResolveInfo): boolean {
  return depth === path.length || among(node.selectionSet?.selections ?? [], path, depth, info);
}

function among(
  selections: readonly SelectionNode[],
  path: readonly string[],
  depth: number,
  info: GraphQLResolveInfo,
): boolean {
  for (const selection of selections) {
    if (selection.directives?.length) continue;
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value === path[depth] && reaches(selection, path, depth + 1, info)) return true;
    } else {
      const from = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
      if (from && among(from.selectionSet.selections, path, depth, info)) return true;
    }
  }
  return false;
}
