import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { databaseUrl, host, poolSize, port } from './settings.ts';

/** Its schema is made from the database. Lists are ordered by columns that begin no index, which it leaves out otherwise. */
const handler = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({
      connectionString: databaseUrl,
      schemas: ['public', 'bench'],
      poolConfig: { max: poolSize },
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
});
const server = createServer();
await handler.createServ(grafserv).addTo(server);
server.listen(port, host);
