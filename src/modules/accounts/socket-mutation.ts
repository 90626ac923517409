import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { parseArgs, text } from '../../graphql/input.js';
import { AppError } from '../../shared/errors.js';

const tokenArgs = z.object({ input: z.object({ accessToken: text(0, 8_192) }) });

const AuthenticateSocketInput = builder.inputType('AuthenticateSocketInput', {
  description: 'A fresh access token for the WebSocket that this is sent over.',
  fields: (t) => ({
    accessToken: t.string({
      required: true,
      description: 'Of the same session as the one that the socket was opened with.',
    }),
  }),
});

const SocketPayload = builder.objectRef<{ readonly expiresAt: Date }>('SocketPayload').implement({
  description: 'Until when a WebSocket may stay open.',
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The end of its access token: it is then closed with 4403, unless another came in time.',
    }),
  }),
});

builder.mutationField('authenticateSocket', (t) =>
  t.field({
    type: SocketPayload,
    description:
      'Keeps the WebSocket that this is sent over open beyond the end of its access token: its subscriptions go on. Over HTTP it is BAD_REQUEST. UNAUTHENTICATED for a bad token, one of another session, or a socket that was opened without one; the socket then goes on until its former end.',
    args: {
      input: t.arg({ type: AuthenticateSocketInput, required: true, description: 'The token.' }),
    },
    resolve: async (_root, args, context) => {
      requireViewer(context);
      const { socket } = context;
      const { accessToken } = parseArgs(tokenArgs, args).input;
      if (!socket) throw new AppError('BAD_REQUEST', { query: [{ rule: 'ABOUT_A_SOCKET' }] });
      return { expiresAt: await socket.authenticate(accessToken) };
    },
  }),
);
