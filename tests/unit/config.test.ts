import { ConfigError, readConfig } from '../../src/config/config.js';

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://db.example.org/lectern',
  JWT_SECRET: 'Zk3vQm8rT1yLw6xNc9bHs4dGf7jKp2aUe5oVi0zR',
};

function problemsOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

it('needs nothing at all', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    databaseUrl: null,
    demoData: true,
    graphiql: true,
  });
  expect(config.dataDir.endsWith('/.data')).toBe(true);
  expect(Object.isFrozen(config)).toBe(true);
});

it('takes an empty variable for an unset one', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
});

it('names every bad variable in one error, with what is expected', () => {
  const message = problemsOf({
    PORT: '70000',
    DATABASE_URL: 'mysql://x',
    LOG_LEVEL: 'loud',
    JWT_SECRET: 'short',
  });
  expect(message).toContain('PORT must be a port from 0 to 65535');
  expect(message).toContain('DATABASE_URL must be a URL starting with postgres:// or postgresql://');
  expect(message).toContain('LOG_LEVEL must be a pino level');
  expect(message).toContain('JWT_SECRET must have at least 32 characters');
});

it('keeps the values of bad variables out of the error', () => {
  expect(problemsOf({ JWT_SECRET: 'hunter2' })).not.toContain('hunter2');
});

it('refuses production without a database and a secret', () => {
  const message = problemsOf({ NODE_ENV: 'production' });
  expect(message).toContain('DATABASE_URL must be set in production');
  expect(message).toContain('JWT_SECRET must be set in production');
});

it('refuses a secret in production that is no secret', () => {
  for (const JWT_SECRET of ['change-me-change-me-change-me-change-me', 'a'.repeat(40)]) {
    expect(problemsOf({ ...production, JWT_SECRET })).toContain(
      'JWT_SECRET must be a random secret in production',
    );
  }
});

it('has no demo data, GraphiQL or introspection in production unless asked for', () => {
  expect(readConfig(production)).toMatchObject({ demoData: false, graphiql: false, introspection: false });
  expect(readConfig({ ...production, GRAPHQL_INTROSPECTION: 'true' }).introspection).toBe(true);
});

it('puts no demo data into a database of one’s own', () => {
  expect(readConfig({ DATABASE_URL: 'postgres://localhost/mine' }).demoData).toBe(false);
});
