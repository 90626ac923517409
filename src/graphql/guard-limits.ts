/** What a document may be. 0 turns a limit off; `selections` should stay on, for it also bounds the guard's own work. */
export interface DocumentLimits {
  /** Size of the text in bytes of UTF-8. */
  readonly bytes: number;
  /** Lexical tokens. */
  readonly tokens: number;
  /** Fields inside each other, fragments resolved. What lies below `__schema` and `__type` has a bound of its own. */
  readonly depth: number;
  /** Aliased fields, fragments resolved. */
  readonly aliases: number;
  /** Directives anywhere, fragments resolved. */
  readonly directives: number;
  /** Fields and fragments, fragments resolved. */
  readonly selections: number;
  /** Pairs of fields with the same response name in the same place, each of which validation has to compare. */
  readonly repeatedPairs: number;
  /** Fields of the answer, each list taken for as long as it may be. */
  readonly cost: number;
  /** Characters of names and texts in variables, and 8 for any other value. */
  readonly variableBytes: number;
  /** Values in variables: of lists, of objects, and those themselves. */
  readonly variableValues: number;
  /** Lists and objects inside each other in variables. */
  readonly variableDepth: number;
}

/** The limits unless told otherwise. */
export const defaultDocumentLimits: DocumentLimits = {
  bytes: 64 * 1024,
  tokens: 2_000,
  depth: 12,
  aliases: 50,
  directives: 50,
  selections: 1_000,
  repeatedPairs: 2_000,
  cost: 20_000,
  variableBytes: 256 * 1024,
  variableValues: 10_000,
  variableDepth: 10,
};
