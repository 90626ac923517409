import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What `postmaster.pid` tells of the server that wrote it, which may be long gone. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** The server takes connections, or did when it last wrote. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; undefined where there is none or its server has not filled it in yet. */
export async function readPostmasterFile(pgData: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(pgData, 'postmaster.pid'), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  // Lines: pid, data folder, start, port, socket folder, address, shared memory, status. A pid below 0 is
  // that of single-user mode.
  const lines = text.split('\n');
  const [pid, port] = [Math.abs(Number(lines[0])), Number(lines[3] ?? 0)];
  return pid > 0 ? { pid, port, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/** The port of the server that last ran on these files, from `postmaster.opts`, which outlives it. */
export async function lastPort(pgData: string): Promise<number | undefined> {
  const text = await readFile(join(pgData, 'postmaster.opts'), 'utf8').catch(ignoreMissing);
  const port = /"-p" "(\d+)"/.exec(text ?? '')?.[1];
  return port ? Number(port) : undefined;
}

/** Whether a process has this id, be it ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process is a server on these files, rather than a stranger who got the id of a dead one. */
export async function servesFiles(pid: number, pgData: string): Promise<boolean> {
  // Windows needs no such question: there PostgreSQL itself sees through an id that was used again.
  if (process.platform === 'win32') return true;
  const command =
    process.platform === 'linux'
      ? readFile(`/proc/${pid}/cmdline`, 'utf8')
      : promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout);
  return (await command.catch(() => '')).includes(pgData);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
