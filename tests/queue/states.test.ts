import { readFile } from 'node:fs/promises';
import { openQueueTest } from './queue-fixture.js';

it('draws every state of the database in the diagram, and no other', async () => {
  const test = await openQueueTest();
  const rows = await test.database.sql<{ state: string }>(
    'SELECT unnest(enum_range(NULL::queue_status))::text AS state',
  );
  await test.close();
  const source = await readFile(new URL('../../src/queue/states.ts', import.meta.url), 'utf8');
  const diagram = source.slice(source.indexOf('/*\n'), source.indexOf('*/'));
  const drawn = new Set(diagram.match(/\b[A-Z]{4,}\b/g));
  expect([...drawn].sort()).toEqual(rows.map(({ state }) => state).sort());
});
