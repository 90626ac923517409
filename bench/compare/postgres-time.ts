import { readdir, readFile } from 'node:fs/promises';

const tick = 10_000;

/** Of `/proc/<pid>/stat`: the parent, and µs of processor time of its own and of children that have ended. */
async function statOf(pid: string): Promise<{ parent: number; own: number; ended: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name before the bracket may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { parent: fields[1] ?? 0, own: (user + system) * tick, ended: (endedUser + endedSystem) * tick };
}

/** What all processes of a PostgreSQL have used of the processors so far, in µs; NaN where there is no /proc. */
export async function postgresTime(postmaster: number): Promise<number> {
  const server = await statOf(String(postmaster));
  if (!server) return Number.NaN;
  let sum = server.own + server.ended;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await statOf(entry);
    if (stat?.parent === postmaster) sum += stat.own;
  }
  return sum;
}
