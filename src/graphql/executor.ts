import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  OperationTypeNode,
} from 'graphql';
import { buildExecutionContext, type ExecutionContext } from 'graphql/execution/execute.js';
import type { Path } from 'graphql/jsutils/Path.js';
import { promiseReduce } from 'graphql/jsutils/promiseReduce.js';
import { createCompletions, failAt, isPromise } from './completion.js';
import { FieldInfo, pathOf } from './field-info.js';
import { createPlans, type FieldPlan, type SelectionPlan } from './operation-plan.js';

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
    if (!names || !promises) throw error;
    // What was begun is waited for: it may fail too.
    return completed(data, names, promises).finally(() => {
      throw error;
    });
  }
  return names && promises ? completed(data, names, promises) : data;
}

/** The object when all that it waits for has come. */
function completed(
  data: Record<string, unknown>,
  names: readonly string[],
  promises: readonly Promise<unknown>[],
): Promise<Record<string, unknown>> {
  return Promise.all(promises).then((values) => {
    for (const [index, name] of names.entries()) data[name] = values[index];
    return data;
  });
}

function executeField(
  run: ExecutionContext,
  field: FieldPlan,
  source: unknown,
  parent: Path | undefined,
): unknown {
  // What is below is dropped with it, and knows it by identity.
  const path = field.isLeaf ? undefined : pathOf(field, parent);
  field.complete ??= completionOf(field.definition.type);
  const { complete } = field;
  try {
    const value = resolve(run, field, source, parent);
    const part = isPromise(value)
      ? value.then((settled) => complete(run, field, path, settled))
      : complete(run, field, path, value);
    if (!isPromise(part)) return part;
    return part.then(undefined, (error) =>
      failAt(run, field, path ?? pathOf(field, parent), field.nullable, error),
    );
  } catch (error) {
    return failAt(run, field, path ?? pathOf(field, parent), field.nullable, error);
  }
}

/** What fields get that take no arguments. */
const noArguments = Object.freeze({});

function resolve(
  run: ExecutionContext,
  field: FieldPlan,
  source: unknown,
  parent: Path | undefined,
): unknown {
  const { definition, nodes } = field;
  if (field.isProperty && typeof source === 'object' && source !== null) {
    const property = (source as Record<string, unknown>)[definition.name];
    if (typeof property !== 'function') return property;
  }
  const args = field.takesArguments
    ? getArgumentValues(definition, nodes[0] as FieldNode, run.variableValues)
    : noArguments;
  return field.resolve(source, args, run.contextValue, new FieldInfo(run, field, parent));
}

const completionOf = createCompletions(executeFields);
