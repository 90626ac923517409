import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from './config.js';

/**
 * The signing secret of an installation without JWT_SECRET: made at the first start and kept in the data folder, so
 * that a restart signs nobody out and the processes of one folder agree. Production never comes here.
 */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'jwt.secret');
  await mkdir(dataDir, { recursive: true });
  try {
    // Of two processes at once one makes it; the other reads it.
    await writeFile(path, newSecret(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return await readFile(path, 'utf8');
}
