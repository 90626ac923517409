import { serverAudits } from 'graphql-http';
import { readConfig } from '../../src/config/config.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

/** In production mode, with what the audits themselves need: they ask for the schema. */
const { graphiql, allowedOrigins } = readConfig({
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://unused.example/lectern',
  JWT_SECRET: 'Zk3vQm8rT1yLw6xNc9bHs4dGf7jKp2aUe5oVi0zR',
});
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ config: { production: true, graphiql, allowedOrigins, introspection: true } });
});
afterAll(() => app.stop());

const audits = serverAudits({ url: () => app.url });

it('there are 61 audits', () => {
  expect(audits).toHaveLength(61);
});

it.each(audits.map((audit) => [audit.id, audit] as const))('%s', async (_id, audit) => {
  const result = await audit.fn();
  expect('reason' in result ? `${audit.name}: ${result.reason}` : result.status).toBe('ok');
});
