import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, line, parseArgs, secret, text } from '../../graphql/input.js';
import { callerOf, emailArg as email, userAgentOf } from './arguments.js';
import { AuthPayload, OkPayload, UserPayload } from './types.js';

const displayName = line(1, 100);
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

const signUpArgs = z.object({
  input: z.object({
    email,
    password: text(8, 256),
    displayName,
    role: z.enum(['TUTOR', 'STUDENT']),
    timeZone: optional(z.string()),
    locale: optional(z.string()),
    invitationToken: optional(secret),
  }),
});
const signInArgs = z.object({ input: z.object({ email, password: secret }) });
const refreshArgs = z.object({ input: z.object({ refreshToken: secret }) });
const revokeArgs = z.object({ input: z.object({ sessionId: id('session') }) });
const profileArgs = z.object({
  input: z.object({
    displayName: optional(displayName),
    timeZone: optional(z.string()),
    locale: optional(z.string()),
  }),
});

const SignUpRole = builder.enumType('SignUpRole', {
  description: 'What a person may sign up as.',
  values: {
    TUTOR: { description: 'Someone who teaches.' },
    STUDENT: { description: 'Someone who is taught.' },
  },
});

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new account.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address to sign in with; its case is ignored.',
    }),
    password: t.string({ required: true, description: '8 to 256 characters; common passwords are refused.' }),
    displayName: t.string({ required: true, description: 'The name that others see, 1 to 100 characters.' }),
    role: t.field({ type: SignUpRole, required: true, description: 'Tutor or student.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Europe/Kyiv unless told.' }),
    locale: t.field({ type: 'Locale', description: 'uk unless told.' }),
    invitationToken: t.string({
      description:
        'What the link of an invitation carries: it names the school and the role, and proves the address.',
    }),
  }),
});

const SignInInput = builder.inputType('SignInInput', {
  description: 'Who signs in.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address of the account; its case is ignored.',
    }),
    password: t.string({ required: true, description: 'The password of the account.' }),
  }),
});

const RefreshSessionInput = builder.inputType('RefreshSessionInput', {
  description: 'The session to go on with.',
  fields: (t) => ({
    refreshToken: t.string({
      required: true,
      description: 'The last one that was given; it can be used once.',
    }),
  }),
});

const RevokeSessionInput = builder.inputType('RevokeSessionInput', {
  description: 'The session to end.',
  fields: (t) => ({ sessionId: t.id({ required: true, description: "One of the viewer's." }) }),
});

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What to change; what is absent or null stays as it is.',
  fields: (t) => ({
    displayName: t.string({ description: 'The name that others see, 1 to 100 characters.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Where local times are.' }),
    locale: t.field({ type: 'Locale', description: 'The language to be written to in.' }),
  }),
});

builder.mutationFields((t) => ({
  signUp: t.field({
    type: AuthPayload,
    description:
      'Makes an account and signs it in, whether or not there is another with this address: the address belongs to whoever proves it (verifyEmail), and a sign-in asks the password which account is meant. VALIDATION_ERROR, RATE_LIMITED, SERVICE_UNAVAILABLE; with an invitation also LINK_EXPIRED, and EMAIL_TAKEN when the address is proved already.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: 'The account.' }) },
    resolve: (_root, args, context) =>
      context.services.accounts.signUp(parseArgs(signUpArgs, args).input, callerOf(context)),
  }),

  signIn: t.field({
    type: AuthPayload,
    description:
      'Opens a session. INVALID_CREDENTIALS for a wrong password as for an unknown address; RATE_LIMITED after many; SERVICE_UNAVAILABLE when too many sign in at once.',
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Address and password.' }) },
    resolve: (_root, args, context) => {
      const { input } = parseArgs(signInArgs, args);
      return context.services.accounts.signIn(input.email, input.password, callerOf(context));
    },
  }),

  refreshSession: t.field({
    type: AuthPayload,
    description:
      'Exchanges a refresh token for new tokens. The same token may come again for 10 seconds, while its successor is unused, and gets the same successor; a later use ends the session. SESSION_EXPIRED.',
    args: { input: t.arg({ type: RefreshSessionInput, required: true, description: 'The refresh token.' }) },
    resolve: (_root, args, context) => {
      const { input } = parseArgs(refreshArgs, args);
      return context.services.accounts.refreshSession(input.refreshToken, userAgentOf(context));
    },
  }),

  signOut: t.field({
    type: OkPayload,
    description: 'Ends the session of this request: its tokens are refused from now on. UNAUTHENTICATED.',
    resolve: async (_root, _args, context) => {
      await context.services.accounts.signOut(requireViewer(context));
      return { ok: true };
    },
  }),

  revokeSession: t.field({
    type: OkPayload,
    description: "Ends one of the viewer's sessions. UNAUTHENTICATED, SESSION_NOT_FOUND.",
    args: { input: t.arg({ type: RevokeSessionInput, required: true, description: 'The session.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(revokeArgs, args);
      await context.services.accounts.revokeSession(requireViewer(context), input.sessionId);
      return { ok: true };
    },
  }),

  updateProfile: t.field({
    type: UserPayload,
    description: "Changes the viewer's own profile. UNAUTHENTICATED, VALIDATION_ERROR.",
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: 'The changes.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(profileArgs, args);
      return { user: await context.services.accounts.updateProfile(requireViewer(context), input) };
    },
  }),
}));
