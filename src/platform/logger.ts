import type { Writable } from 'node:stream';
import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** How the process writes its log: JSON lines, or readable lines on a terminal. */
export interface LogOptions {
  readonly level: string;
  /** Readable lines instead of JSON. */
  readonly pretty: boolean;
}

/** Creates the process's one logger, to standard output unless told; parts of the system take `logger.child({ part })`. */
export function createLogger(options: LogOptions, destination?: Writable): Logger {
  const settings: LoggerOptions = { level: options.level, base: null, timestamp: stdTimeFunctions.isoTime };
  const readable = { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' };
  if (destination) {
    return pino(
      settings,
      options.pretty ? PinoPretty({ ...readable, colorize: true, destination }) : destination,
    );
  }
  if (!options.pretty) return pino(settings);
  return pino({ ...settings, transport: { target: 'pino-pretty', options: readable } });
}
