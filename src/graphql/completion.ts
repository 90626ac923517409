import {
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
} from 'graphql';
import { buildResolveInfo, defaultTypeResolver, type ExecutionContext } from 'graphql/execution/execute.js';
import { addPath, type Path, pathToArray } from 'graphql/jsutils/Path.js';
import type { Complete, FieldPlan, SelectionPlan } from './operation-plan.js';

/** Executes the fields of an object: at once, or later. */
export type ExecuteFields = (
  run: ExecutionContext,
  plan: SelectionPlan,
  source: unknown,
  path: Path | undefined,
) => Fields;

type Fields = Record<string, unknown> | Promise<Record<string, unknown>>;

/** Creates how values of each type become part of an answer ("Value Completion" of the specification). */
export function createCompletions(executeFields: ExecuteFields): (type: GraphQLOutputType) => Complete {
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
    const isNonNull = isNonNullType(type);
    const complete = ofPresent(isNonNull ? type.ofType : type);
    return (run, field, path, value) => {
      if (value instanceof Error) throw value;
      const completed = value == null ? null : complete(run, field, path, value);
      if (completed === null && isNonNull) {
        const { parentType, definition } = field;
        throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
      }
      return completed;
    };
  }

  function ofPresent(type: GraphQLOutputType): Complete {
    if (isListType(type)) return listOf(type.ofType);
    if (isLeafType(type))
      return (_run, _field, _path, value) => {
        const serialized = type.serialize(value);
        if (serialized == null) throw new Error(`${type.name} was serialized to nothing`);
        return serialized;
      };
    if (isObjectType(type)) return (run, field, path, value) => completeObject(run, field, path, value, type);
    if (!isAbstractType(type)) throw new Error('a type of no kind');
    const typeOf = type.resolveType ?? defaultTypeResolver;
    return (run, field, path, value) => {
      const name = typeOf(value, run.contextValue, infoOf(run, field, path), type);
      const complete = (settled: string | undefined) => {
        const concrete = settled === undefined ? undefined : run.schema.getType(settled);
        if (!isObjectType(concrete) || !run.schema.isSubType(type, concrete))
          throw new GraphQLError(`${settled} is no object type of ${type.name}`, { nodes: field.nodes });
        return completeObject(run, field, path, value, concrete);
      };
      return isPromise(name) ? name.then(complete) : complete(name);
    };
  }

  function completeObject(
    run: ExecutionContext,
    field: FieldPlan,
    path: Path | undefined,
    value: unknown,
    type: GraphQLObjectType,
  ): Fields {
    const plan = field.below(run, type);
    if (!type.isTypeOf) return executeFields(run, plan, value, path);
    const execute = (isOfType: boolean) => {
      if (!isOfType) throw new GraphQLError(`a value is no ${type.name}`, { nodes: field.nodes });
      return executeFields(run, plan, value, path);
    };
    const isOfType = type.isTypeOf(value, run.contextValue, infoOf(run, field, path));
    return isPromise(isOfType) ? isOfType.then(execute) : execute(isOfType);
  }

  function listOf(itemType: GraphQLOutputType): Complete {
    const complete = completionOf(itemType);
    const mayBeNull = !isNonNullType(itemType);
    return (run, field, path, value) => {
      if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
        throw new GraphQLError(`${field.parentType.name}.${field.definition.name} is no list`);
      let waits = false;
      const items: unknown[] = [];
      const completeItem = (item: unknown) => {
        const itemPath = addPath(path, items.length, undefined);
        try {
          const completed = isPromise(item)
            ? item.then((settled) => complete(run, field, itemPath, settled))
            : complete(run, field, itemPath, item);
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

  return completionOf;
}

/** What is told of the place to who says of which type a value is. */
function infoOf(run: ExecutionContext, field: FieldPlan, path: Path | undefined): GraphQLResolveInfo {
  return buildResolveInfo(run, field.definition, field.nodes, field.parentType, path as Path);
}

/** What is to be null is null with its error; any other error goes up to the place that may be. */
export function failAt(
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

/** Whether a value comes later, as graphql-js asks it. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
