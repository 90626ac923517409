import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs, secret, text } from '../../graphql/input.js';
import { callerOf, emailArg, userAgentOf } from './arguments.js';
import { AuthPayload, OkPayload, UserPayload } from './types.js';

const newPassword = text(8, 256);
const changeArgs = z.object({ input: z.object({ currentPassword: secret, newPassword }) });
const requestArgs = z.object({ input: z.object({ email: emailArg }) });
const resetArgs = z.object({ input: z.object({ token: secret, newPassword }) });
const verifyArgs = z.object({ input: z.object({ token: secret }) });

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'A new password.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'The present one.' }),
    newPassword: t.string({
      required: true,
      description: '8 to 256 characters; common passwords are refused.',
    }),
  }),
});

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  description: 'Whose password is to be set anew.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address of the account; its case is ignored.',
    }),
  }),
});

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password by a mailed link.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'What the link carries; it can be used once.' }),
    newPassword: t.string({
      required: true,
      description: '8 to 256 characters; common passwords are refused.',
    }),
  }),
});

const VerifyEmailInput = builder.inputType('VerifyEmailInput', {
  description: 'The proof that an address is its owner’s.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'What the link carries; it can be used once.' }),
  }),
});

builder.mutationFields((t) => ({
  changePassword: t.field({
    type: AuthPayload,
    description:
      'Sets a new password and signs in anew: every session before has ended, this one included, their sockets are closed, and the calendar feed gets a new address. UNAUTHENTICATED, INVALID_CREDENTIALS, VALIDATION_ERROR, SERVICE_UNAVAILABLE.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'Both passwords.' }) },
    resolve: (_root, args, context) => {
      const { input } = parseArgs(changeArgs, args);
      return context.services.accounts.changePassword(requireViewer(context), input, userAgentOf(context));
    },
  }),

  requestPasswordReset: t.field({
    type: OkPayload,
    description:
      'Has a one-time link of 30 minutes mailed to the owner of the address. The answer is the same, and takes the same time, when the address has no account. RATE_LIMITED.',
    args: { input: t.arg({ type: RequestPasswordResetInput, required: true, description: 'The address.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(requestArgs, args);
      await context.services.accounts.requestPasswordReset(input.email, callerOf(context));
      return { ok: true };
    },
  }),

  resetPassword: t.field({
    type: OkPayload,
    description:
      'Sets a new password by a mailed link; every session of the account has ended, and its calendar feed gets a new address. LINK_EXPIRED, VALIDATION_ERROR, RATE_LIMITED, SERVICE_UNAVAILABLE.',
    args: {
      input: t.arg({ type: ResetPasswordInput, required: true, description: 'The link and the password.' }),
    },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(resetArgs, args);
      await context.services.accounts.resetPassword(input.token, input.newPassword, callerOf(context));
      return { ok: true };
    },
  }),

  requestEmailVerification: t.field({
    type: OkPayload,
    description: "Has a new link mailed that proves the viewer's address; at most 5 a day. UNAUTHENTICATED.",
    resolve: async (_root, _args, context) => {
      await context.services.accounts.requestEmailVerification(requireViewer(context));
      return { ok: true };
    },
  }),

  verifyEmail: t.field({
    type: UserPayload,
    description: 'Takes a mailed link as the proof that the address is its owner’s. LINK_EXPIRED.',
    args: { input: t.arg({ type: VerifyEmailInput, required: true, description: 'The link.' }) },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(verifyArgs, args);
      return { user: await context.services.accounts.verifyEmail(input.token) };
    },
  }),
}));
