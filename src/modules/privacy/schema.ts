import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs, secret } from '../../graphql/input.js';
import { OkPayload } from '../accounts/schema.js';
import type { PrivacyService } from './service.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly privacy: PrivacyService;
  }
}

const passwordArgs = z.object({ input: z.object({ password: secret }) });

const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'That the viewer really wants to go.',
  fields: (t) => ({ password: t.string({ required: true, description: 'Their password.' }) }),
});

const ExportAccountInput = builder.inputType('ExportAccountInput', {
  description: 'That the viewer really is who asks.',
  fields: (t) => ({ password: t.string({ required: true, description: 'Their password.' }) }),
});

const AccountExportPayload = builder
  .objectRef<{ readonly createdAt: Date; readonly data: string }>('AccountExportPayload')
  .implement({
    description: 'What is known about the viewer.',
    fields: (t) => ({
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'The moment that it is true of.' }),
      data: t.exposeString('data', {
        description: 'JSON: the rows that refer to the viewer, by the name of their table; no secrets.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  exportAccount: t.field({
    type: AccountExportPayload,
    description:
      'Everything that is known about the viewer. UNAUTHENTICATED, INVALID_CREDENTIALS, EXPORT_TOO_LARGE.',
    args: { input: t.arg({ type: ExportAccountInput, required: true, description: 'The password.' }) },
    resolve: (_root, args, context) => {
      const { password } = parseArgs(passwordArgs, args).input;
      return context.services.privacy.exportOwn(requireViewer(context), password);
    },
  }),

  deleteAccount: t.field({
    type: OkPayload,
    description:
      'Erases the viewer at once and for good: every session ends, open lessons are cancelled, relations end, and nothing that they wrote or that was written about them is left. UNAUTHENTICATED, INVALID_CREDENTIALS.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true, description: 'The password.' }) },
    resolve: async (_root, args, context) => {
      const { password } = parseArgs(passwordArgs, args).input;
      await context.services.privacy.eraseOwn(requireViewer(context), password);
      return { ok: true };
    },
  }),
}));
