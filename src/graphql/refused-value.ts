import { type ASTNode, GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import { type FieldProblem, problemIn } from '../shared/errors/field-rules.js';
import { defaultLanguage } from '../shared/language.js';

/** Why a scalar does not take a value. Its text never quotes the value: errors are logged by clients and proxies. */
export class RefusedValue extends GraphQLError {
  constructor(
    readonly problem: FieldProblem,
    nodes?: ASTNode,
  ) {
    super(problemIn(defaultLanguage, problem), nodes ? { nodes } : {});
  }
}

/** A scalar of texts, which refuses every value that it does not take with this problem. */
export function refusing<Type extends GraphQLScalarType>(scalar: Type, problem: FieldProblem): Type {
  const { parseValue, parseLiteral, ...config } = scalar.toConfig();
  const refused = <Parsed>(parse: () => Parsed, nodes?: ValueNode): Parsed => {
    try {
      return parse();
    } catch {
      throw new RefusedValue(problem, nodes);
    }
  };
  return new GraphQLScalarType({
    ...config,
    // Libraries turn numbers and booleans into texts.
    parseValue: (value) => refused(() => parseValue(requireText(value))),
    parseLiteral: (node, variables) => refused(() => parseLiteral(node, variables), node),
  }) as Type;
}

function requireText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
