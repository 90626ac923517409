import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AppError, type FieldProblem } from '../shared/errors.js';
import { decodeId, type IdKind } from '../shared/ids.js';
import { hasControls, isUnicode } from '../shared/text.js';

/**
 * The arguments of a field as a service takes them: ids decoded, texts checked. Fails with one VALIDATION_ERROR
 * that names every bad value by its path, such as `input.startsAt`.
 */
export function parseArgs<Schema extends z.ZodType>(schema: Schema, args: unknown): z.output<Schema> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const fields: Record<string, FieldProblem[]> = {};
  for (const issue of result.error.issues) {
    const path = issue.path.join('.');
    const problem = problemOf(issue);
    const known = fields[path] ?? [];
    // Two rules may say the same of a value, such as a text's own and those of all texts.
    if (!known.some((one) => isDeepStrictEqual(one, problem))) fields[path] = [...known, problem];
  }
  throw new AppError('VALIDATION_ERROR', fields);
}

/** What a refinement says when it does not hold: `z.string().refine(isRule, rule({ rule: 'RRULE' }))`. */
export function rule(problem: FieldProblem, ...path: PropertyKey[]) {
  return { params: { problem }, ...(path.length > 0 ? { path } : {}) };
}

/** Says in a `superRefine` or a `transform` what is wrong, here or at a path below. */
export function refuse(
  context: z.RefinementCtx,
  problem: FieldProblem,
  ...path: PropertyKey[]
): typeof z.NEVER {
  context.addIssue({ code: 'custom', ...rule(problem, ...path) });
  return z.NEVER;
}

/** A bound that Zod checks itself needs no words of ours. */
function problemOf(issue: z.core.$ZodIssue): FieldProblem {
  switch (issue.code) {
    case 'custom': {
      const problem = issue.params?.['problem'] as FieldProblem | undefined;
      if (!problem) throw new Error(`A refinement at ${issue.path.join('.')} names no rule.`);
      return problem;
    }
    case 'too_big':
      return bound(issue.origin, 'AT_MOST', { max: Number(issue.maximum) });
    case 'too_small':
      return bound(issue.origin, 'AT_LEAST', { min: Number(issue.minimum) });
    case 'invalid_value':
      return { rule: 'ONE_OF', values: issue.values.join(', ') };
    case 'invalid_type':
      return { rule: 'RIGHT_TYPE' };
    default:
      return { rule: 'VALID' };
  }
}

function bound(origin: string, rule: 'AT_MOST' | 'AT_LEAST', values: { max: number } | { min: number }) {
  const of = origin === 'string' ? '_CHARACTERS' : origin === 'array' ? '_ITEMS' : '';
  return { rule: `${rule}${of}`, ...values } as FieldProblem;
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number) {
  return z.int().refine((value) => value >= min && value <= max, rule({ rule: 'BETWEEN', min, max }));
}

/** A list of `min` to `max` items. */
export function list<Item extends z.ZodType>(item: Item, min: number, max: number) {
  const problem =
    min === 0 ? ({ rule: 'AT_MOST_ITEMS', max } as const) : ({ rule: 'ITEMS', min, max } as const);
  // Counted before any item is looked at.
  return z
    .array(z.unknown())
    .refine(({ length }) => length >= min && length <= max, rule(problem))
    .pipe(z.array(item));
}

/** An id of this kind, as the UUID inside it. */
export function id(kind: IdKind) {
  return z.string().transform((value, context) => {
    const uuid = decodeId(kind, value);
    return uuid ?? refuse(context, { rule: 'ID_OF', kind });
  });
}

/** Text of `min` to `max` characters (Unicode code points), kept as sent; what PostgreSQL cannot hold is refused. */
export function text(min: number, max: number) {
  return z.string().superRefine((value, context) => {
    const length = Array.from(value).length;
    if (length < min || length > max) refuse(context, { rule: 'CHARACTERS', min, max });
    if (hasControls(value)) refuse(context, { rule: 'CONTROL_CHARACTERS' });
    if (!isUnicode(value)) refuse(context, { rule: 'UNICODE' });
  });
}

/**
 * A password, a token or the like, which is only compared. What could never be one is refused like any other wrong one;
 * the bound keeps the work small.
 */
export const secret = text(0, 1_024);

/** Text on one line that is not blank, without white space around it: a title or a name. */
export function line(min: number, max: number) {
  return z
    .string()
    .transform((value) => value.trim())
    .pipe(text(min, max).refine((value) => !/[\t\r\n]/.test(value), rule({ rule: 'ONE_LINE' })));
}

/** A key that a client chose to make a repeated request harmless. */
export const idempotencyKey = text(1, 200).nullish();
