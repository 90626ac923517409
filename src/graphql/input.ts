import { z } from 'zod';
import { AppError } from '../shared/errors.js';
import { decodeId, type IdKind } from '../shared/ids.js';

/**
 * The arguments of a field as a service takes them: ids decoded, texts checked. Fails with one VALIDATION_ERROR
 * that names every bad value by its path, such as `input.startsAt`.
 */
export function parseArgs<Schema extends z.ZodType>(schema: Schema, args: unknown): z.output<Schema> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const fields: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const path = issue.path.join('.');
    fields[path] = [...(fields[path] ?? []), issue.message];
  }
  throw new AppError('VALIDATION_ERROR', fields);
}

/** An id of this kind, as the UUID inside it. */
export function id(kind: IdKind) {
  return z.string().transform((value, context) => {
    const uuid = decodeId(kind, value);
    if (uuid === null) {
      context.addIssue({ code: 'custom', message: `must be the id of a ${kind}` });
      return z.NEVER;
    }
    return uuid;
  });
}

/** Every control character but tab, line feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Text of `min` to `max` characters (Unicode code points), kept as sent; what PostgreSQL cannot hold is refused. */
export function text(min: number, max: number) {
  return z.string().superRefine((value, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    const length = Array.from(value).length;
    if (length < min || length > max) refuse(`must have ${min} to ${max} characters`);
    if (controls.test(value)) refuse('must not contain control characters');
    if (/\p{Surrogate}/u.test(value)) refuse('must be valid Unicode');
  });
}

/** Text on one line that is not blank, without white space around it: a title or a name. */
export function line(min: number, max: number) {
  return z
    .string()
    .transform((value) => value.trim())
    .pipe(text(min, max).refine((value) => !/[\t\r\n]/.test(value), 'must be on one line'));
}

/** A key that a client chose to make a repeated request harmless. */
export const idempotencyKey = text(1, 200).nullish();
