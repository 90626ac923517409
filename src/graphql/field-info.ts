import type { GraphQLResolveInfo } from 'graphql';
import type { ExecutionContext } from 'graphql/execution/execute.js';
import { addPath, type Path } from 'graphql/jsutils/Path.js';
import type { FieldPlan } from './operation-plan.js';

/** Where a field is in the answer. */
export function pathOf(field: FieldPlan, parent: Path | undefined): Path {
  return addPath(parent, field.name, field.parentType.name);
}

/**
 * What resolvers are told of the place (`buildResolveInfo` of graphql-js), found out when it is read: each field of each
 * object gets one, and few look at it.
 */
export class FieldInfo implements GraphQLResolveInfo {
  constructor(
    private readonly run: ExecutionContext,
    private readonly field: FieldPlan,
    private readonly parent: Path | undefined,
  ) {}

  get fieldName() {
    return this.field.definition.name;
  }
  get fieldNodes() {
    return this.field.nodes;
  }
  get returnType() {
    return this.field.definition.type;
  }
  get parentType() {
    return this.field.parentType;
  }
  get path() {
    return pathOf(this.field, this.parent);
  }
  get schema() {
    return this.run.schema;
  }
  get fragments() {
    return this.run.fragments;
  }
  get rootValue() {
    return this.run.rootValue;
  }
  get operation() {
    return this.run.operation;
  }
  get variableValues() {
    return this.run.variableValues;
  }
}
