import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { type Context, requireViewer } from '../../graphql/context.js';
import { id, line, parseArgs, text } from '../../graphql/input.js';
import { AuthPayload, OkPayload, UserPayload } from './types.js';

const email = z
  .string()
  .max(254, 'must have at most 254 characters')
  .transform((value) => value.toLowerCase());
const displayName = line(1, 100);
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const signUpArgs = z.object({
  input: z.object({
    email,
    password: text(8, 256),
    displayName,
    role: z.enum(['TUTOR', 'STUDENT']),
    timeZone: optional(z.string()),
    locale: optional(z.string()),
  }),
});
// What could never be a password is refused like any other wrong one; the bound only keeps the work small.
const signInArgs = z.object({ input: z.object({ email, password: z.string().max(1_024, 'is too long') }) });
const refreshArgs = z.object({ input: z.object({ refreshToken: z.string().max(1_024, 'is too long') }) });
const revokeArgs = z.object({ input: z.object({ sessionId: id('session') }) });
const profileArgs = z.object({
  input: z.object({
    displayName: optional(displayName),
    timeZone: optional(z.string()),
    locale: optional(z.string()),
  }),
});

/** What the device says of itself, cut to what is worth keeping. */
function userAgentOf(context: Context): string | null {
  return context.caller.userAgent?.replace(/\p{Cc}/gu, ' ').slice(0, 300) ?? null;
}
