import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { resolvers } from './resolvers.ts';
import { typeDefs } from './schema-text.ts';
import { host, port, type Viewer, viewerOf } from './settings.ts';

const server = new ApolloServer<Viewer>({ typeDefs, resolvers: resolvers as never });
await startStandaloneServer(server, {
  context: async ({ req }) => viewerOf(req.headers),
  listen: { host, port },
});
