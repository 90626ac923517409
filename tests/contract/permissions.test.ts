import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { may, type Permission, permissionTable } from '../../src/shared/permissions.js';
import type { Role } from '../../src/shared/viewer.js';

const modules = fileURLToPath(new URL('../../src/modules', import.meta.url));
const roles: readonly Role[] = ['OWNER', 'ADMIN', 'TUTOR', 'STUDENT'];

it('asks for roles in the table of permissions and in policies, and nowhere else', async () => {
  const files = (await readdir(modules, { recursive: true })).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(30);
  const asking: string[] = [];
  for (const file of files) {
    if (file.endsWith('policy.ts')) continue;
    const text = await readFile(join(modules, file), 'utf8');
    if (/viewer\.role\b(?!\s*[,}])|viewer\)\.role\b|isAdmin\(\s*(viewer|requireViewer)/.test(text))
      asking.push(file);
  }
  expect(asking).toEqual([]);
});

it('lets owners do whatever admins may', () => {
  for (const [permission, allowed] of Object.entries(permissionTable)) {
    if (allowed.includes('ADMIN')) expect([permission, ...allowed]).toContain('OWNER');
  }
});

it('takes a set of the person’s own in place of the role’s', () => {
  const permissions = new Set<Permission>(['lesson:schedule']);
  expect(may({ role: 'ADMIN', permissions }, 'audit:read')).toBe(false);
  expect(may({ role: 'STUDENT', permissions }, 'lesson:schedule')).toBe(true);
  expect(roles.filter((role) => may({ role }, 'lesson:schedule'))).toEqual(['TUTOR']);
});
