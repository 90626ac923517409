import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  OperationTypeNode,
} from 'graphql';
import {
  buildExecutionContext,
  buildResolveInfo,
  defaultTypeResolver,
  type ExecutionContext,
} from 'graphql/execution/execute.js';
import { addPath, type Path, pathToArray } from 'graphql/jsutils/Path.js';
import { promiseReduce } from 'graphql/jsutils/promiseReduce.js';
import { type Complete, createPlans, type FieldPlan, type SelectionPlan } from './operation-plan.js';

/** What is executed. */
export interface Executed {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly contextValue: unknown;
  readonly rootValue?: unknown;
}

/** Runs an operation of a good document; the result is that of graphql-js, to the byte and to the order of its errors. */
export type Executor = (executed: Executed) => ExecutionResult | Promise<ExecutionResult>;

type Result = Record<string, unknown> | Promise<Record<string, unknown>>;

/**
 * Creates the executor of a schema. It does what `execute` of graphql-js does, step by step and promise by promise, so
 * that errors come in the same order; but what is decided by the document alone is decided once for each document
 * (`operation-plan.ts`), where graphql-js decides it again for every object.
 */
export function createExecutor(schema: GraphQLSchema): Executor {
  const planOf = createPlans();

  return (executed) => {
    const run = buildExecutionContext({ schema, ...executed });
    if (!('schema' in run)) return { errors: run };
    const { collectedErrors, operation, rootValue } = run;
    const answer = (data: Record<string, unknown> | null): ExecutionResult =>
      collectedErrors.errors.length === 0 ? { data } : { errors: collectedErrors.errors, data };
    const failed = (error: unknown) => {
      collectedErrors.add(error as GraphQLError, undefined);
      return answer(null);
    };
    try {
      const plan = planOf(run, schema.getRootType(operation.operation) as GraphQLObjectType);
      const inTurn = operation.operation === OperationTypeNode.MUTATION;
      const data: Result = inTurn
        ? executeInTurn(run, plan, rootValue)
        : executeFields(run, plan, rootValue, undefined);
      return isPromise(data) ? data.then(answer, failed) : answer(data);
    } catch (error) {
      return failed(error);
    }
  };
}

/** Fields of a mutation: one after another. */
function executeInTurn(run: ExecutionContext, plan: SelectionPlan, source: unknown): Result {
  return promiseReduce(
    plan.fields,
    (data: Record<string, unknown>, field: FieldPlan) => {
      const value = executeField(run, field, source, undefined);
      if (!isPromise(value)) {
        data[field.name] = value;
        return data;
      }
      return value.then((settled) => {
        data[field.name] = settled;
        return data;
      });
    },
    plan.newObject(),
  );
}

function executeFields(
  run: ExecutionContext,
  plan: SelectionPlan,
  source: unknown,
  path: Path | undefined,
): Result {
  const data = plan.newObject();
  let names: string[] | undefined;
  let promises: Promise<unknown>[] | undefined;
  /** The object when its promises have been kept. */
  const later = (kept: Promise<unknown>[]) =>
    Promise.all(kept).then((values) => {
      values.forEach((value, index) => {
        data[names?.[index] as string] = value;
      });
      return data;
    });
  try {
    for (const field of plan.fields) {
      const value = executeField(run, field, source, path);
      // Already now, for the order of the fields.
      data[field.name] = value;
      if (isPromise(value)) {
        names ??= [];
        promises ??= [];
        names.push(field.name);
        promises.push(value);
      }
    }
  } catch (error) {
    if (!promises) throw error;
    return later(promises).finally(() => {
      throw error;
    });
  }
  return promises ? later(promises) : data;
}

function executeField(
  run: ExecutionContext,
  field: FieldPlan,
  source: unknown,
  parent: Path | undefined,
): unknown {
  const { definition, nodes, parentType } = field;
  const path = addPath(parent, field.name, parentType.name);
  const info = buildResolveInfo(run, definition, nodes, parentType, path);
  field.complete ??= completionOf(definition.type);
  const { complete } = field;
  try {
    const args = field.takesArguments
      ? getArgumentValues(definition, nodes[0] as (typeof nodes)[0], run.variableValues)
      : {};
    const value = field.resolve(source, args, run.contextValue, info);
    const completed = isPromise(value)
      ? value.then((settled) => complete(run, field, info, path, settled))
      : complete(run, field, info, path, value);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error) => failAt(run, field, path, field.nullable, error));
  } catch (error) {
    return failAt(run, field, path, field.nullable, error);
  }
}

/** What is to be null is null with its error; any other error goes up to the place that may be. */
function failAt(
  run: ExecutionContext,
  field: FieldPlan,
  path: Path,
  nullable: boolean,
  error: unknown,
): null {
  const located = locatedError(error, field.nodes, pathToArray(path));
  if (!nullable) throw located;
  run.collectedErrors.add(located, path);
  return null;
}

const completions = new WeakMap<GraphQLOutputType, Complete>();

function completionOf(type: GraphQLOutputType): Complete {
  let complete = completions.get(type);
  if (!complete) {
    complete = createCompletion(type);
    completions.set(type, complete);
  }
  return complete;
}

function createCompletion(type: GraphQLOutputType): Complete {
  const complete = isNonNullType(type) ? nonNull(completionOf(type.ofType)) : nullable(type);
  return (run, field, info, path, value) => {
    if (value instanceof Error) throw value;
    return complete(run, field, info, path, value);
  };
}

function nonNull(inner: Complete): Complete {
  return (run, field, info, path, value) => {
    const completed = inner(run, field, info, path, value);
    if (completed === null)
      throw new Error(
        `Cannot return null for non-nullable field ${field.parentType.name}.${field.definition.name}.`,
      );
    return completed;
  };
}

function nullable(type: GraphQLOutputType): Complete {
  const complete = ofPresent(type);
  return (run, field, info, path, value) => (value == null ? null : complete(run, field, info, path, value));
}

function ofPresent(type: GraphQLOutputType): Complete {
  if (isListType(type)) return listOf(type.ofType);
  if (isLeafType(type))
    return (_run, _field, _info, _path, value) => {
      const serialized = type.serialize(value);
      if (serialized == null) throw new Error(`${type.name} was serialized to nothing`);
      return serialized;
    };
  if (isObjectType(type))
    return (run, field, info, path, value) => completeObject(run, field, info, path, value, type);
  if (!isAbstractType(type)) throw new Error('a type of no kind');
  const typeOf = type.resolveType ?? defaultTypeResolver;
  return (run, field, info, path, value) => {
    const name = typeOf(value, run.contextValue, info, type);
    const complete = (settled: string | undefined) => {
      const concrete = settled === undefined ? undefined : run.schema.getType(settled);
      if (!isObjectType(concrete) || !run.schema.isSubType(type, concrete))
        throw new GraphQLError(`${settled} is no object type of ${type.name}`, { nodes: field.nodes });
      return completeObject(run, field, info, path, value, concrete);
    };
    return isPromise(name) ? name.then(complete) : complete(name);
  };
}

function completeObject(
  run: ExecutionContext,
  field: FieldPlan,
  info: GraphQLResolveInfo,
  path: Path,
  value: unknown,
  type: GraphQLObjectType,
): Result {
  const plan = field.below(run, type);
  if (!type.isTypeOf) return executeFields(run, plan, value, path);
  const execute = (isOfType: boolean) => {
    if (!isOfType) throw new GraphQLError(`a value is no ${type.name}`, { nodes: field.nodes });
    return executeFields(run, plan, value, path);
  };
  const isOfType = type.isTypeOf(value, run.contextValue, info);
  return isPromise(isOfType) ? isOfType.then(execute) : execute(isOfType);
}

function listOf(itemType: GraphQLOutputType): Complete {
  const complete = completionOf(itemType);
  const mayBeNull = !isNonNullType(itemType);
  return (run, field, info, path, value) => {
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(`${field.parentType.name}.${field.definition.name} is no list`);
    let waits = false;
    const items: unknown[] = [];
    const completeItem = (item: unknown) => {
      const itemPath = addPath(path, items.length, undefined);
      try {
        const completed = isPromise(item)
          ? item.then((settled) => complete(run, field, info, itemPath, settled))
          : complete(run, field, info, itemPath, item);
        if (!isPromise(completed)) return completed;
        waits = true;
        return completed.then(undefined, (error) => failAt(run, field, itemPath, mayBeNull, error));
      } catch (error) {
        return failAt(run, field, itemPath, mayBeNull, error);
      }
    };
    try {
      for (const item of value as Iterable<unknown>) items.push(completeItem(item));
    } catch (error) {
      // Nobody waits for the items before it any more: graphql-js leaves their rejections unhandled.
      for (const item of items) if (isPromise(item)) item.catch(() => {});
      throw error;
    }
    return waits ? Promise.all(items) : items;
  };
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
