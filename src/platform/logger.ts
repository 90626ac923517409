import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

import { isError } from '../shared/errors.js';
import { standardOutput } from './log-lines.js';
import { presentWork } from './tracing/work.js';

export type { Logger } from 'pino';

/** How the process writes its log: JSON lines, or readable lines on a terminal. */
export interface LogOptions {
  readonly level: string;
  /** Readable lines instead of JSON. */
  readonly pretty: boolean;
}

/** Creates the process's one logger, to standard output unless told; parts of the system take `logger.child({ part })`. */
export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: isoTime(),
    serializers: { err: describeError },
    // Whatever is logged on the way says for whom.
    mixin: () => {
      const requestId = presentWork()?.requestId;
      return requestId ? { requestId } : {};
    },
    // The line of a request says so itself, and is not copied for it.
    mixinMergeStrategy: (line, more) => ('requestId' in line ? line : Object.assign(more, line)),
  };
  const readable = { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' };
  if (destination) {
    return pino(
      settings,
      options.pretty ? PinoPretty({ ...readable, colorize: true, destination }) : destination,
    );
  }
  if (!options.pretty) return pino(settings, standardOutput());
  return pino({ ...settings, transport: { target: 'pino-pretty', options: readable } });
}

/** The time of a line as pino wants it, in ISO 8601: a second is written once, and the lines in it add their milliseconds. */
function isoTime(): () => string {
  let second = -1;
  let start = '';
  return () => {
    const now = Date.now();
    const milliseconds = now % 1_000;
    if (now - milliseconds !== second) {
      second = now - milliseconds;
      start = `,"time":"${new Date(second).toISOString().slice(0, -4)}`;
    }
    return `${start}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}

/** What is logged of an error. */
interface ErrorFacts {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string;
  readonly constraint?: string;
  readonly cause?: ErrorFacts;
}

const maxCauses = 5;

/**
 * The parts of an error that say what went wrong, and no more of it: libraries put the values of statements, rows and
 * requests into others (`detail`, `where`, `meta`, `response`), and those are about people.
 */
export function describeError(error: unknown, depth = 0): ErrorFacts {
  if (!isError(error)) return { type: typeof error, message: 'was thrown' };
  const { code, constraint, cause } = error as Error & {
    readonly code?: unknown;
    readonly constraint?: unknown;
  };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(cause !== undefined && depth < maxCauses ? { cause: describeError(cause, depth + 1) } : {}),
  };
}
