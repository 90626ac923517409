import { defineConfig } from 'prisma/config';

// `prisma generate` insists on a native schema engine that it never runs, and would download one.
// Any existing file satisfies it, so a fresh install needs nothing beyond the npm registry.
if (process.argv.includes('generate')) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env['DATABASE_URL'] ? { datasource: { url: process.env['DATABASE_URL'] } } : {}),
});
