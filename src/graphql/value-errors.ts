import { type ASTNode, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
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

/** Where a value stands below its argument; null when it is not in one (the default of a variable). */
function pathOf(target: ASTNode, document: DocumentNode): string | null {
  let found: string | null = null;
  visit(document, {
    enter(node, _key, _parent, path, ancestors) {
      if (node !== target) return found === null ? undefined : false;
      // `path` has the key under which each node hangs; list positions are the numbers below a `values`.
      const parts: string[] = [];
      const nodes = [...ancestors, node];
      let inArgument = false;
      nodes.forEach((entry, index) => {
        if (Array.isArray(entry)) {
          if (inArgument && path[index - 1] === 'values') parts.push(String(path[index]));
          return;
        }
        const { kind } = entry as ASTNode;
        if (kind === Kind.ARGUMENT) inArgument = true;
        if (kind === Kind.ARGUMENT || (inArgument && kind === Kind.OBJECT_FIELD)) {
          parts.push((entry as { name: { value: string } }).name.value);
        }
      });
      if (inArgument) found = parts.join('.');
      return false;
    },
  });
  return found;
}
