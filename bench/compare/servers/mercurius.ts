import fastify from 'fastify';
import mercurius from 'mercurius';
import { resolvers } from './resolvers.ts';
import { typeDefs } from './schema-text.ts';
import { host, port, viewerOf } from './settings.ts';

const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: resolvers as never,
  context: async ({ headers }) => viewerOf(headers),
  jit: 1,
});
await app.listen({ host, port });
