/**
 * Checks that migrations are safe on a live system: `npm run check` runs it. With paths it checks these files instead.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releasedWith } from '../prisma/released.js';
import { readMigrations } from '../src/platform/migrations/migration-folder.js';
import { unsafeStatements } from './migration-safety.js';

const migrationsDir = fileURLToPath(new URL('../prisma/migrations', import.meta.url));
const migrations = await readMigrations(migrationsDir);
// What the first release makes, it makes of empty tables.
const later = migrations.filter(({ name }) => releasedWith.first !== null && name > releasedWith.first);
const complaints = later.flatMap(({ name, sql }) =>
  unsafeStatements(sql).map((complaint) => `${relative(process.cwd(), migrationsDir)}/${name}: ${complaint}`),
);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
