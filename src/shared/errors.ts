import { types } from 'node:util';
import { type ErrorCode, type ErrorValues, errorCatalogue, type ValuedCode } from './errors/catalogue.js';
import { type FieldProblem, problemIn } from './errors/field-rules.js';
import { worded } from './errors/wording.js';
import { defaultLanguage, type Language } from './language.js';

export { type ErrorCode, errorCatalogue } from './errors/catalogue.js';
export type { FieldProblem } from './errors/field-rules.js';

/** Problems by input path, such as `{'input.startsAt': [{ rule: 'IN_FUTURE' }]}`. */
export type ErrorFields = Readonly<Record<string, readonly FieldProblem[]>>;

/** The codes whose text has no values. */
export type PlainCode = Exclude<ErrorCode, ValuedCode>;

type ErrorArguments =
  | [code: PlainCode, fields?: ErrorFields, options?: { readonly cause?: unknown }]
  | {
      [Code in ValuedCode]: [
        code: Code,
        fields: ErrorFields,
        options: { readonly values: ErrorValues<Code>; readonly cause?: unknown },
      ];
    }[ValuedCode];

/**
 * A failure that is meant for the caller: a code and what it is about, never a text. The texts are in the catalogue
 * and are chosen where the answer is written. Anything else that is thrown is masked as `INTERNAL_ERROR`.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly fields: ErrorFields;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(...[code, fields = {}, options = {}]: ErrorArguments) {
    const values = 'values' in options ? options.values : {};
    super(worded(errorCatalogue[code], defaultLanguage, values), { cause: options.cause });
    this.code = code;
    this.fields = fields;
    this.values = values;
  }
}

/** A `VALIDATION_ERROR` at one input path. */
export function invalid(path: string, problem: FieldProblem): AppError {
  return new AppError('VALIDATION_ERROR', { [path]: [problem] });
}

/** What every failure tells, on every transport. */
export interface Failure {
  readonly code: ErrorCode;
  /** For people. */
  readonly detail: string;
  /** Messages by input path, such as `{"input.startsAt": ["must be in the future"]}`. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** The failure in the words of a language. */
export function failureIn(language: Language, { code, fields, values }: AppError): Failure {
  const messages = Object.entries(fields).map(([path, problems]) => [
    path,
    problems.map((problem) => problemIn(language, problem)),
  ]);
  return {
    code,
    detail: worded(errorCatalogue[code], language, values),
    fields: Object.fromEntries(messages),
  };
}

/** Whether it is an Error, of whatever realm: Node's own are none of a test runner's. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The caught value as an Error, for logs and causes. */
export function asError(value: unknown): Error {
  return isError(value) ? value : new Error(String(value));
}
