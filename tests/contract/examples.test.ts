import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { schema } from '../../src/graphql/schema.js';
import { defaultTabs } from '../../src/transport/graphiql/default-tabs.js';

it.each(defaultTabs.map(({ query }) => query))('the tab of GraphiQL fits the schema: %.40s', (query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

const pages = ['README.md', 'docs/api/subscriptions.md', 'docs/api/boards.md'];

it.each(pages)('every GraphQL example of %s fits the schema', async (page) => {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(validate(schema, parse(example))).toEqual([]);
});
