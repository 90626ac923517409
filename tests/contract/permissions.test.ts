import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canSeeInvitation, canSeePrivateData, canSeeUser } from '../../src/modules/accounts/policy.js';
import { canSeeBoard } from '../../src/modules/boards/policy.js';
import { canReadRoom } from '../../src/modules/chats/policy.js';
import { canSeeClassroom } from '../../src/modules/classrooms/policy.js';
import { actorOf } from '../../src/modules/lessons/policy.js';
import { canAnswerInvitation, canSeeRelation } from '../../src/modules/relations/policy.js';
import { may, type Permission, permissionTable } from '../../src/shared/permissions.js';
import type { Role, Viewer } from '../../src/shared/viewer.js';

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

it('lets nobody into another school, whatever else joins them to it', () => {
  const viewer: Viewer = {
    ...{ userId: 'u1', organizationId: 'o1', sessionId: 's1', role: 'OWNER', displayName: 'Olena' },
    ...{ timeZone: 'Europe/Kyiv', locale: 'en' },
  };
  const of = (organizationId: string) => {
    const theirs = { organizationId, tutorId: 'u1', studentId: 'u1', inviterId: 'u1' };
    const place = { organizationId, standing: 'leader', viewerRole: 'TUTOR' } as never;
    return {
      user: canSeeUser(viewer, { id: 'u1', organizationId, role: 'ADMIN', related: true }),
      address: canSeePrivateData(viewer, { id: 'u2', organizationId }),
      invitation: canSeeInvitation(viewer, theirs),
      relation: canSeeRelation(viewer, theirs),
      answer: canAnswerInvitation(viewer, theirs),
      lesson: actorOf(viewer, theirs) !== null,
      room: canReadRoom(viewer, place),
      board: canSeeBoard(viewer, place),
      classroom: canSeeClassroom(viewer, place),
    };
  };
  expect(new Set(Object.values(of('o1')))).toEqual(new Set([true]));
  expect(new Set(Object.values(of('o2')))).toEqual(new Set([false]));
});
