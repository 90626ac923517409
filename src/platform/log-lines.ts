import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** A file that keeps what is written until it has enough of it, or is flushed. */
interface BufferedFile {
  write(line: string): unknown;
  flushSync(): void;
}

/** From `warn` on, pino's level. */
const urgent = 40;
/** What is less urgent waits so long for more. */
const waitMilliseconds = 20;
/** Asks pino to tell the level of each line. */
const metadata = Symbol.for('pino.metadata');

/**
 * Writes the lines of a few milliseconds together: one system call for each request would be a good part of what a
 * request costs. Warnings and errors, and all that waits before them, are written at once, and everything is when the
 * process exits; a process that is killed by force loses the last 20 ms of the rest.
 */
export function writeTogether(file: BufferedFile): DestinationStream & { lastLevel: number } {
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    file.flushSync();
  };
  process.once('exit', flush);
  return {
    lastLevel: 0,
    write(line) {
      file.write(line);
      if (this.lastLevel >= urgent) flush();
      else timer ??= setTimeout(flush, waitMilliseconds).unref();
    },
    ...{ [metadata]: true },
  };
}

/** Of lines that wait for one another. */
const bufferedCharacters = 16_000;
/** A reader that takes nothing is waited for so often, so long each time; then the lines are dropped. */
const [patience, patienceMilliseconds] = [10, 10];
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * A file, as a rule a pipe to whoever collects logs. Whoever reads it may be slow or gone, and the process goes on all
 * the same: pino's own destination writes again for ever, and the process with it hears nobody any more.
 */
function bufferedFile(fd: number): BufferedFile {
  let waiting = '';
  let gone = false;
  const file = {
    write(line: string) {
      if (gone) return;
      waiting += line;
      if (waiting.length >= bufferedCharacters) file.flushSync();
    },
    flushSync() {
      let left: Uint8Array = Buffer.from(waiting);
      waiting = '';
      for (let waits = 0; left.length > 0 && waits < patience; ) {
        try {
          left = left.subarray(writeSync(fd, left));
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          gone = code === 'EPIPE';
          if (code !== 'EAGAIN') return;
          waits++;
          Atomics.wait(sleeper, 0, 0, patienceMilliseconds);
        }
      }
    },
  };
  return file;
}

let output: DestinationStream | undefined;

/** Standard output, of which a process has one, however many loggers it makes. */
export function standardOutput(): DestinationStream {
  output ??= writeTogether(bufferedFile(1));
  return output;
}
