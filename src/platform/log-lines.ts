import { type DestinationStream, destination } from 'pino';

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
const bufferedBytes = 16_000;
let output: DestinationStream | undefined;

/** Standard output, of which a process has one, however many loggers it makes. */
export function standardOutput(): DestinationStream {
  output ??= writeTogether(destination({ fd: 1, sync: true, minLength: bufferedBytes }));
  return output;
}
