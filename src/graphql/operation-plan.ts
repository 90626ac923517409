import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { defaultFieldResolver, type ExecutionContext, getFieldDef } from 'graphql/execution/execute.js';
import type { Path } from 'graphql/jsutils/Path.js';
import { createShape } from '../shared/shape.js';

/** Makes a value part of the answer: a leaf, which has no path, an object, a list, or a promise of them. */
export type Complete = (
  run: ExecutionContext,
  field: FieldPlan,
  path: Path | undefined,
  value: unknown,
) => unknown;

/** A field in one place of a document, with everything about it that is the same in every request. */
export class FieldPlan {
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly takesArguments: boolean;
  /** Whether it is nothing but the property of its name, unless that is a function. */
  readonly isProperty: boolean;
  readonly nullable: boolean;
  /** Whether it has nothing below, so that its place is no matter unless it fails. */
  readonly isLeaf: boolean;
  /** How its value becomes part of the answer; found by the executor when it is run for the first time. */
  complete: Complete | undefined;
  readonly #below = new Map<GraphQLObjectType, SelectionPlan>();

  constructor(
    /** How the answer calls it. */
    readonly name: string,
    readonly parentType: GraphQLObjectType,
    readonly definition: GraphQLField<unknown, unknown>,
    /** Where the document selects it. */
    readonly nodes: readonly FieldNode[],
  ) {
    this.resolve = definition.resolve ?? defaultFieldResolver;
    this.takesArguments = definition.args.length > 0;
    this.isProperty = this.resolve === defaultFieldResolver && !this.takesArguments;
    this.nullable = !isNonNullType(definition.type);
    this.isLeaf = isLeafType(getNullableType(definition.type));
  }

  /** What is selected of an object of this type. */
  below(run: ExecutionContext, type: GraphQLObjectType): SelectionPlan {
    let plan = this.#below.get(type);
    if (!plan) {
      const { schema, fragments, variableValues } = run;
      plan = new SelectionPlan(
        schema,
        type,
        collectSubfields(schema, fragments, variableValues, type, this.nodes),
      );
      this.#below.set(type, plan);
    }
    return plan;
  }
}

/** The fields of an object in the order of its answer. */
export class SelectionPlan {
  readonly fields: readonly FieldPlan[];
  readonly #Answer = createShape();
  readonly #ordinary: boolean;

  constructor(
    schema: GraphQLSchema,
    type: GraphQLObjectType,
    selected: ReadonlyMap<string, readonly FieldNode[]>,
  ) {
    this.fields = [...selected].flatMap(([name, nodes]) => {
      const definition = nodes[0] && getFieldDef(schema, type, nodes[0]);
      return definition ? new FieldPlan(name, type, definition, nodes) : [];
    });
    this.#ordinary = !selected.has('__proto__');
  }

  /** An object for the answer; one that has a prototype is written much faster, and may not have this one alias. */
  newObject(): Record<string, unknown> {
    return this.#ordinary ? new this.#Answer() : Object.create(null);
  }
}

/** What is known of an operation. */
interface KnownOperation {
  /** The variables that decide which fields are there at all: those of `@skip` and `@include`. */
  readonly deciding: readonly string[];
  readonly plans: Map<string, SelectionPlan>;
}

/** Plans of one operation that are kept, for different values of its deciding variables. */
const maxPlans = 8;

/** The plan of the operation that is run. Plans go with their documents, and are made as far as answers need them. */
export type PlanOf = (run: ExecutionContext, root: GraphQLObjectType) => SelectionPlan;

/** Creates the plans of a schema's operations. */
export function createPlans(): PlanOf {
  const known = new WeakMap<OperationDefinitionNode, KnownOperation>();

  return (run, root) => {
    const { schema, operation, fragments, variableValues } = run;
    let found = known.get(operation);
    if (!found) {
      found = { deciding: decidingVariables(run), plans: new Map() };
      known.set(operation, found);
    }
    const key = found.deciding.map((name) => String(variableValues[name])).join();
    let plan = found.plans.get(key);
    if (!plan) {
      const selected = collectFields(schema, fragments, variableValues, root, operation.selectionSet);
      plan = new SelectionPlan(schema, root, selected);
      if (found.plans.size < maxPlans) found.plans.set(key, plan);
    }
    return plan;
  };
}

function decidingVariables({ operation, fragments }: ExecutionContext): string[] {
  const names = new Set<string>();
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...Object.values(fragments)],
  };
  visit(document, {
    Directive: (directive) => {
      if (directive.name.value === 'skip' || directive.name.value === 'include')
        visit(directive, { Variable: ({ name }) => void names.add(name.value) });
      return false;
    },
  });
  return [...names];
}
