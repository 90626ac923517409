import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config/config.js';
import { newVapidKeys, type VapidKeys, vapidProblem } from '../platform/web-push/vapid.js';
import { newId } from '../shared/ids.js';

/**
 * The keys that the configuration names; without them, keys that were made once and are kept in the data folder, since
 * subscriptions of browsers hold for one pair only. Throws ConfigError.
 */
export async function vapidKeys({ vapidKeys: configured, dataDir }: Config): Promise<VapidKeys> {
  if (!configured) return keptKeys(dataDir);
  const problem = vapidProblem(configured);
  if (problem) throw new ConfigError([`VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair: ${problem}`]);
  return configured;
}

async function keptKeys(dataDir: string): Promise<VapidKeys> {
  const path = join(dataDir, 'vapid.json');
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${newId()}`;
  await writeFile(draft, JSON.stringify(newVapidKeys()), { mode: 0o600 });
  try {
    // Of two processes at once one gives its keys the name, whole; both read them.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return JSON.parse(await readFile(path, 'utf8')) as VapidKeys;
}
