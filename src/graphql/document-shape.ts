import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { AppError, type FieldProblem } from '../shared/errors.js';
import type { DocumentLimits } from './guard-limits.js';

/** Response names in one place of the answer, with how often each is selected. */
type Place = Map<string, { count: number; readonly below: Place }>;

/** Below `__schema` and `__type`: what the introspection query of tools needs, and some. */
const introspectionDepth = 20;

const countRules = {
  aliases: 'AT_MOST_ALIASES',
  selections: 'AT_MOST_SELECTIONS',
  repeatedPairs: 'AT_MOST_COMPARISONS',
  directives: 'AT_MOST_DIRECTIVES',
} as const;

/**
 * Walks a document as its execution would, with fragments resolved, and fails with DOCUMENT_TOO_COMPLEX at the first
 * limit that is passed. It runs before validation, whose cost it bounds, so fragments may be missing or circular.
 */
export function checkShape(document: DocumentNode, limits: DocumentLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const reached = new Set<string>();
  const count = { aliases: 0, selections: 0, repeatedPairs: 0, directives: 0 };

  const add = (name: keyof typeof count, amount: number) => {
    count[name] += amount;
    if (limits[name] > 0 && count[name] > limits[name])
      throw tooComplex({ rule: countRules[name], max: limits[name] });
  };

  /** `open` are the fragments that the walk is inside of, `seen` those that this place has had already. */
  const walk = (
    set: SelectionSetNode,
    place: Place,
    depth: number,
    max: number,
    open: ReadonlySet<string>,
    seen: Set<string>,
  ) => {
    for (const selection of set.selections) {
      add('selections', 1);
      add('directives', selection.directives?.length ?? 0);
      if (selection.kind === Kind.FIELD) {
        if (max > 0 && depth > max) throw tooComplex({ rule: 'AT_MOST_DEEP', max });
        if (selection.alias) add('aliases', 1);
        const name = (selection.alias ?? selection.name).value;
        const entry = place.get(name) ?? { count: 0, below: new Map() };
        place.set(name, entry);
        add('repeatedPairs', entry.count++);
        if (!selection.selectionSet) continue;
        const introspective = selection.name.value === '__schema' || selection.name.value === '__type';
        const below = introspective ? ([1, introspectionDepth] as const) : ([depth + 1, max] as const);
        walk(selection.selectionSet, entry.below, ...below, open, new Set());
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, place, depth, max, open, seen);
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment || open.has(name) || seen.has(name)) continue;
        seen.add(name);
        reached.add(name);
        walk(fragment.selectionSet, place, depth, max, new Set(open).add(name), seen);
      }
    }
  };

  const start = (set: SelectionSetNode, open: ReadonlySet<string>) =>
    walk(set, new Map(), 1, limits.depth, open, new Set());
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) continue;
    add('directives', definition.directives?.length ?? 0);
    for (const { directives } of definition.variableDefinitions ?? [])
      add('directives', directives?.length ?? 0);
    if (definition.kind === Kind.OPERATION_DEFINITION) start(definition.selectionSet, new Set());
  }
  // Validation looks at unused fragments too.
  for (const [name, { selectionSet }] of fragments) {
    if (!reached.has(name)) start(selectionSet, new Set([name]));
  }
}

/** Whether the document asks for the schema. `__typename` does not. */
export function asksForSchema(document: DocumentNode): boolean {
  const inSet = (set: SelectionSetNode): boolean =>
    set.selections.some((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return false;
      if (selection.kind === Kind.FIELD && /^__(schema|type)$/.test(selection.name.value)) return true;
      return selection.selectionSet !== undefined && inSet(selection.selectionSet);
    });
  return document.definitions.some(
    (definition) => 'selectionSet' in definition && inSet(definition.selectionSet),
  );
}

/** DOCUMENT_TOO_COMPLEX that says which limit the text of the document passes. */
export function tooComplex(problem: FieldProblem): AppError {
  return new AppError('DOCUMENT_TOO_COMPLEX', { query: [problem] });
}
