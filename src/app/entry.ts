import { ConfigError } from '../config/config.js';
import { asError } from '../shared/errors.js';

const lingerMilliseconds = 1_000;

/** A command line that is not understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs the process's main function and sets the exit code; what the person who started it can mend has no stack. */
export function runEntry(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
      // What still hangs, such as a mail server that never answers, has had its time.
      setTimeout(() => process.exit(), lingerMilliseconds).unref();
    },
    (thrown) => {
      const error = asError(thrown) as Error & { code?: string };
      const mendable =
        error instanceof ConfigError ||
        error instanceof UsageError ||
        error.code?.startsWith('ERR_PARSE_ARGS');
      process.stderr.write(`${mendable ? error.message : error.stack}\n`);
      process.exitCode = 1;
    },
  );
}
