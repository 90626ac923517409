import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function filesOf(folder: string, end: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(root + folder, { recursive: true })).filter((name) => name.endsWith(end));
  return Promise.all(
    names.sort().map(async (name) => [name, await readFile(`${root}${folder}/${name}`, 'utf8')] as const),
  );
}

/** Tables whose rows belong to a school. */
async function schoolTables(): Promise<ReadonlySet<string>> {
  const sql = (await filesOf('prisma/migrations', '.sql')).map(([, text]) => text).join('\n');
  const made = [...sql.matchAll(/CREATE (?:UNLOGGED )?TABLE "?(\w+)"? \(([\s\S]*?)\n\)/g)];
  const added = [...sql.matchAll(/ALTER TABLE "?(\w+)"?[^;]*ADD COLUMN\s+"?organization_id/g)];
  return new Set([
    ...made.filter(([, , columns]) => columns?.includes('organization_id')).map(([, name]) => name ?? ''),
    ...added.map(([, name]) => name ?? ''),
  ]);
}

/** Which files have statements, or parts of statements, without the school: how many, and why that is right. */
const without: Readonly<Record<string, readonly [count: number, reason: string]>> = {
  'accounts/address-store.ts': [2, 'a sign-in and a proof of an address know no school yet'],
  'accounts/invitation-store.ts': [
    2,
    'a mailed secret stands for the invitation; clean-up is of all schools',
  ],
  'accounts/link-store.ts': [3, 'a mailed secret stands for the account'],
  'boards/apply-statement.ts': [2, 'parts: the board was chosen by its school before'],
  'boards/retention-store.ts': [1, 'clean-up is of all schools'],
  'calendar-feed/calendar-lessons.ts': [
    1,
    'the part with the columns; each that goes on from it names the school',
  ],
  'chats/attached-store.ts': [2, 'by ids of messages that were read within the school'],
  'chats/change-store.ts': [1, 'by the id of a message that was read within the school'],
  'chats/room-kinds.ts': [1, 'a part: the room is that of the statement around it'],
  'chats/retention-store.ts': [1, 'by ids of messages that were read, school by school, and are held'],
  'lessons/sweep-store.ts': [3, 'what the clock ends is of all schools'],
  'moderation/store.ts': [1, 'clean-up is of all schools'],
  'notifications/room-facts.ts': [
    3,
    'parts: the room, and the messages removed, are those of the statement around it',
  ],
  'notifications/store.ts': [1, 'by the viewer’s own id'],
  'presence/store.ts': [4, 'leases are of nodes, rooms were admitted before'],
  'relations/store.ts': [1, 'the condition is one of those that are joined into it'],
  'room-exports/store.ts': [2, 'a secret stands for the export; clean-up is of all schools'],
};

it('every statement on rows of a school names the school, but for those that say why not', async () => {
  const tables = await schoolTables();
  expect(tables.size).toBeGreaterThan(20);
  let statements = 0;
  const found: Record<string, number> = {};
  for (const [file, text] of await filesOf('src/modules', '.ts')) {
    for (const [, template, plain] of text.matchAll(/`((?:[^`\\]|\\.)*)`|'((?:[^'\\\n]|\\.)*)'/g)) {
      const sql = template ?? plain ?? '';
      if (!/\b(SELECT|UPDATE|DELETE|INSERT)\b/.test(sql)) continue;
      const used = [...sql.matchAll(/\b(?:FROM|UPDATE|INTO|JOIN)\s+"?(\w+)"?/g)].map(
        ([, name]) => name ?? '',
      );
      if (!used.some((name) => tables.has(name))) continue;
      statements++;
      // Compared with something, or written into the row.
      if (!/organization_id"?( =|,| IN)|organizationId/.test(sql)) found[file] = (found[file] ?? 0) + 1;
    }
  }
  expect(statements).toBeGreaterThan(120);
  expect(found).toEqual(Object.fromEntries(Object.entries(without).map(([file, [count]]) => [file, count])));
});
