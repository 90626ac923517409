import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
import { AppError, type FieldProblem, invalid } from '../shared/errors.js';
import { RefusedValue } from './refused-value.js';

/**
 * A value that a variable cannot take, as VALIDATION_ERROR at its path (`input.startsAt`); null when the error is
 * about something else. graphql-js tells the path only in its text.
 */
export function variableError(error: GraphQLError): AppError | null {
  const [, variable, problem] = /^Variable "\$(\w+)" ([\s\S]*)$/.exec(error.message) ?? [];
  if (error.path || variable === undefined || problem === undefined) return null;
  if (/^of required type .* was not provided\.$/.test(problem))
    return invalid(variable, { rule: 'REQUIRED' });
  if (/^of non-null type .* must not be null\.$/.test(problem))
    return invalid(variable, { rule: 'NOT_NULL' });
  const inner = error.originalError;
  if (!inner || !problem.startsWith('got invalid value')) return null;
  // What lies before is the value itself, which may look like anything.
  const prefix = problem.slice(0, -`; ${inner.message}`.length);
  const path = / at "([\w.[\]]+)"$/.exec(prefix)?.[1];
  return valueError(path ?? variable, inner);
}

/**
 * A bad value that stands in the document itself, as the same VALIDATION_ERROR that it would be in a variable; null
 * when the document is wrong in another way.
 */
export function literalError(error: GraphQLError, document: DocumentNode): AppError | null {
  // Of all rules, only a scalar that refuses a literal gives no node; and the word that there are more errors.
  const node = error.nodes?.[0];
  if (!node)
    return error.message.startsWith('Too many validation errors') ? null : new AppError('VALIDATION_ERROR');
  if (!valueKinds.has(node.kind)) return null;
  const path = pathOf(node, document);
  return path === null ? null : valueError(path, error);
}

/** An argument that became null or absent by its variable; graphql-js finds that only when the field is executed. */
export function argumentError(error: GraphQLError): AppError | null {
  const [, argument] =
    /^Argument "(\w+)" (?:of required type|of non-null type|has invalid value)/.exec(error.message) ?? [];
  return argument === undefined ? null : invalid(argument, { rule: 'REQUIRED' });
}

/** A missing or unknown field of an input object is told at its own path, not at that of the object. */
function valueError(path: string, error: Error): AppError {
  const at = path.replaceAll('[', '.').replaceAll(']', '');
  const { message } = error;
  const required = /^Field "(?:\w+\.)?(\w+)" of required type .* was not provided\.$/.exec(message)?.[1];
  if (required !== undefined) return invalid(`${at}.${required}`, { rule: 'REQUIRED' });
  const unknown = /^Field "(\w+)" is not defined by type/.exec(message)?.[1];
  if (unknown === undefined) return invalid(at, problemOf(error));
  return invalid(at === unknown || at.endsWith(`.${unknown}`) ? at : `${at}.${unknown}`, { rule: 'DEFINED' });
}

/** What graphql-js says of a value, as a rule. */
const said: readonly (readonly [RegExp, FieldProblem])[] = [
  [/^Int cannot represent/, { rule: 'WHOLE_NUMBER' }],
  [/^Float cannot represent/, { rule: 'NUMBER' }],
  [/^String cannot represent/, { rule: 'TEXT' }],
  [/^Boolean cannot represent/, { rule: 'BOOLEAN' }],
  [/^ID cannot represent/, { rule: 'ID' }],
  [/^(Enum "\w+" cannot represent|Value .* does not exist in ".*" enum)/s, { rule: 'ENUM_VALUE' }],
  [/^Expected type ".*" to be an object/, { rule: 'OBJECT' }],
  [/^Expected (non-nullable type|value of type ".*!", found null)/, { rule: 'NOT_NULL' }],
  [/^Expected value of type/, { rule: 'RIGHT_TYPE' }],
];

function problemOf(error: Error): FieldProblem {
  if (error instanceof RefusedValue) return error.problem;
  return said.find(([pattern]) => pattern.test(error.message))?.[1] ?? { rule: 'VALID' };
}

const valueKinds: ReadonlySet<string> = new Set([
  ...[Kind.NULL, Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.ENUM, Kind.LIST, Kind.OBJECT],
  Kind.OBJECT_FIELD,
]);

/** Where a value stands, from its argument on; null when it is in none (the default of a variable). */
function pathOf(target: ASTNode, document: DocumentNode): string | null {
  let found: string | null = null;
  visit(document, {
    enter(node, _key, _parent, keys) {
      if (node !== target) return undefined;
      found = valuePath(document, keys);
      return BREAK;
    },
  });
  return found;
}

/** The names and list positions on the way to a node, from the argument on. */
function valuePath(document: DocumentNode, keys: readonly (string | number)[]): string | null {
  const path: string[] = [];
  let at: unknown = document;
  keys.forEach((key, index) => {
    at = (at as Record<string | number, unknown>)[key];
    const { kind, name } = at as { readonly kind?: Kind; readonly name?: { readonly value: string } };
    const inArgument = path.length > 0;
    if (name && (kind === Kind.ARGUMENT || (inArgument && kind === Kind.OBJECT_FIELD))) path.push(name.value);
    else if (inArgument && keys[index - 1] === 'values') path.push(String(key));
  });
  return path.length > 0 ? path.join('.') : null;
}
