import { readFile } from 'node:fs/promises';
import {
  allowed,
  findCycles,
  findViolations,
  importTable,
  moduleOrder,
  readImports,
} from '../../scripts/import-table.js';

it('imports go down the table only', async () => {
  expect(await findViolations()).toEqual([]);
});

it('no files import each other in a ring', async () => {
  expect(await findCycles()).toEqual([]);
});

it('finds the imports of a file that is known to have some', async () => {
  const imports = await readImports();
  expect(imports.get('app/foundation.ts')).toContain('config/config.ts');
  expect(imports.size).toBeGreaterThan(50);
});

it('refuses an import upward and one of a later module', () => {
  expect(allowed('platform/logger.ts', 'modules/lessons/service.ts')).toBe(false);
  expect(allowed('modules/lessons/service.ts', 'modules/chats/service.ts')).toBe(false);
  expect(allowed('modules/chats/service.ts', 'modules/lessons/service.ts')).toBe(true);
});

it('docs/architecture.md shows the table as it is', async () => {
  const page = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  for (const [room, targets] of Object.entries(importTable)) {
    const list = targets.map((target) => `\`${target}\``).join(', ') || '–';
    expect(page).toContain(`| \`${room}\` | ${list} |`);
  }
  expect(page).toContain(moduleOrder.map((name) => `\`${name}\``).join(' ← '));
});
