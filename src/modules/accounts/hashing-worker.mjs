import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { hashSync } from '@node-rs/argon2';

// Plain JavaScript, so that a thread can be made of it from the sources as from what is built.

// On Linux each thread has a priority of its own, under its own number. Elsewhere there is none to lower for one alone.
if (process.platform === 'linux')
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), workerData);

parentPort?.on('message', ({ id, password, options }) => {
  try {
    parentPort?.postMessage({ id, hash: hashSync(password, options) });
  } catch (error) {
    parentPort?.postMessage({ id, failure: String(error) });
  }
});
