import { z } from 'zod';
import { builder } from '../../../graphql/builder.js';
import { requireViewer } from '../../../graphql/context.js';
import { id, line, list, parseArgs, text } from '../../../graphql/input.js';
import { OkPayload } from '../../accounts/types.js';
import type { WebhookService, WebhookWithSecret } from './service.js';
import type { WebhookEndpointView } from './store.js';

declare module '../../../graphql/context.js' {
  interface Services {
    readonly webhooks: WebhookService;
  }
}

const maxEvents = 50;

const EndpointRef = builder.loadableNodeRef('WebhookEndpoint', {
  id: { resolve: (endpoint: WebhookEndpointView) => endpoint.id },
  load: (ids: string[], context) => context.services.webhooks.endpointsByIds(requireViewer(context), ids),
});
EndpointRef.implement({
  description:
    'Where the school is told by HTTP what its people are told, by the Standard Webhooks specification. For admins; to anyone else WEBHOOK_ENDPOINT_NOT_FOUND.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'The address that is sent to.' }),
    events: t.stringList({
      description: 'The types of notifications that are sent, as in `Notification.type`.',
      resolve: ({ events }) => [...events],
    }),
    enabled: t.exposeBoolean('enabled', {
      description: 'False once the receiver has answered 410 Gone: nothing is sent any more.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const EndpointPayload = builder.objectRef<WebhookWithSecret>('WebhookEndpointPayload').implement({
  description: 'The endpoint after the change.',
  fields: (t) => ({
    endpoint: t.expose('endpoint', { type: EndpointRef, description: 'The endpoint.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'Its new secret, `whsec_…`, to check signatures with. It is shown only now.',
    }),
  }),
});

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'A receiver of webhooks.',
  fields: (t) => ({
    url: t.string({
      required: true,
      description: 'Over https, and of the public internet: a host with a private address is not sent to.',
    }),
    events: t.stringList({
      required: true,
      description: 'The types of notifications to send, 1 to 50, as in `Notification.type`.',
    }),
  }),
});

const WebhookEndpointInput = builder.inputType('WebhookEndpointInput', {
  description: 'Which endpoint.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Its id.' }) }),
});

const createArgs = z.object({
  input: z.object({
    url: text(1, 2_048),
    events: list(line(1, 100), 1, maxEvents),
  }),
});
const endpointArgs = z.object({ input: z.object({ id: id('webhook') }) });

builder.queryFields((t) => ({
  webhookEndpoints: t.field({
    type: [EndpointRef],
    description:
      'The school’s receivers of webhooks, the oldest first, at most 20; for admins. UNAUTHENTICATED, FORBIDDEN.',
    resolve: (_root, _args, context) => context.services.webhooks.endpoints(requireViewer(context)),
  }),
}));

builder.mutationFields((t) => ({
  createWebhookEndpoint: t.field({
    type: EndpointPayload,
    description:
      'Sends webhooks of these types to an address, for admins. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The receiver.' }),
    },
    resolve: (_root, args, context) =>
      context.services.webhooks.create(requireViewer(context), parseArgs(createArgs, args).input),
  }),

  rotateWebhookSecret: t.field({
    type: EndpointPayload,
    description:
      'Gives an endpoint another secret. For 24 hours the one before signs as well, so that the receiver can change over. UNAUTHENTICATED, FORBIDDEN, WEBHOOK_ENDPOINT_NOT_FOUND.',
    args: { input: t.arg({ type: WebhookEndpointInput, required: true, description: 'Which endpoint.' }) },
    resolve: (_root, args, context) =>
      context.services.webhooks.rotateSecret(requireViewer(context), parseArgs(endpointArgs, args).input.id),
  }),

  deleteWebhookEndpoint: t.field({
    type: OkPayload,
    description:
      'Sends nothing more to an endpoint, and forgets it. UNAUTHENTICATED, FORBIDDEN, WEBHOOK_ENDPOINT_NOT_FOUND.',
    args: { input: t.arg({ type: WebhookEndpointInput, required: true, description: 'Which endpoint.' }) },
    resolve: async (_root, args, context) => {
      await context.services.webhooks.delete(requireViewer(context), parseArgs(endpointArgs, args).input.id);
      return { ok: true };
    },
  }),
}));
