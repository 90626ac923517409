import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
import { AppError, invalid } from '../shared/errors.js';

/**
 * A value that a variable cannot take, as VALIDATION_ERROR at its path (`input.startsAt`); null when the error is
 * about something else. graphql-js tells the path only in its text.
 */
export function variableError(error: GraphQLError): AppError | null {
  const [, variable, problem] = /^Variable "\$(\w+)" ([\s\S]*)$/.exec(error.message) ?? [];
  if (error.path || variable === undefined || problem === undefined) return null;
  if (/^of required type .* was not provided\.$/.test(problem)) return invalid(variable, 'is required');
  if (/^of non-null type .* must not be null\.$/.test(problem)) return invalid(variable, 'must not be null');
  const [, path, message] =
    /^got invalid value [\s\S]*?(?: at "([\w.[\]]+)")?; ([\s\S]+)$/.exec(problem) ?? [];
  return message === undefined ? null : valueError(path ?? variable, message);
}

/**
 * A bad value that stands in the document itself, as the same VALIDATION_ERROR that it would be in a variable; null
 * when the document is wrong in another way.
 */
export function literalError(error: GraphQLError, document: DocumentNode): AppError | null {
  // Of all rules, only a scalar that refuses a literal gives no node.
  const node = error.nodes?.[0];
  if (!node) return new AppError('VALIDATION_ERROR', {}, { detail: error.message });
  if (!valueKinds.has(node.kind)) return null;
  const path = pathOf(node, document);
  return path === null ? null : valueError(path, error.message);
}

/** An argument that became null or absent by its variable; graphql-js finds that only when the field is executed. */
export function argumentError(error: GraphQLError): AppError | null {
  const [, argument] =
    /^Argument "(\w+)" (?:of required type|of non-null type|has invalid value)/.exec(error.message) ?? [];
  return argument === undefined ? null : invalid(argument, 'is required');
}

/** A missing or unknown field of an input object is told at its own path, not at that of the object. */
function valueError(path: string, message: string): AppError {
  const at = path.replaceAll('[', '.').replaceAll(']', '');
  const required = /^Field "(?:\w+\.)?(\w+)" of required type .* was not provided\.$/.exec(message)?.[1];
  if (required !== undefined) return invalid(`${at}.${required}`, 'is required');
  const unknown = /^Field "(\w+)" is not defined by type/.exec(message)?.[1];
  if (unknown === undefined) return invalid(at, message);
  return invalid(at === unknown || at.endsWith(`.${unknown}`) ? at : `${at}.${unknown}`, 'is not defined');
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
