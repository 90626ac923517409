import { z } from 'zod';
import { builder } from '../../../graphql/builder.js';
import { requireViewer } from '../../../graphql/context.js';
import { parseArgs, text } from '../../../graphql/input.js';
import { OkPayload } from '../../accounts/types.js';
import type { WebPushService } from './service.js';

declare module '../../../graphql/context.js' {
  interface Services {
    readonly webPush: WebPushService;
  }
}

const RegisterPushSubscriptionInput = builder.inputType('RegisterPushSubscriptionInput', {
  description: 'What a browser’s PushSubscription holds, with the keys in base64url.',
  fields: (t) => ({
    endpoint: t.string({ required: true, description: 'The address at its push service, over https.' }),
    p256dh: t.string({ required: true, description: 'Its public key: 65 bytes.' }),
    auth: t.string({ required: true, description: 'Its authentication secret: 16 bytes.' }),
  }),
});

const registerArgs = z.object({
  input: z.object({ endpoint: text(1, 2_048), p256dh: text(1, 200), auth: text(1, 100) }),
});

builder.queryFields((t) => ({
  webPushPublicKey: t.string({
    description:
      'What a browser needs to subscribe: its `applicationServerKey`, in base64url. UNAUTHENTICATED.',
    resolve: (_root, _args, context) => {
      requireViewer(context);
      return context.services.webPush.publicKey;
    },
  }),
}));

builder.mutationFields((t) => ({
  registerPushSubscription: t.field({
    type: OkPayload,
    description:
      'Sends push messages to this browser for as long as the session lasts, at most to 20 of a user: the oldest makes room. Do so after each sign-in; again is harmless. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: RegisterPushSubscriptionInput, required: true, description: 'The browser.' }),
    },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(registerArgs, args);
      await context.services.webPush.register(requireViewer(context), input);
      return { ok: true };
    },
  }),
}));
