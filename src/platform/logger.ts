import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/** How the process writes its log: JSON lines, or readable lines on a terminal. */
export interface LogOptions {
  readonly level: string;
  /** Readable lines instead of JSON. */
  readonly pretty: boolean;
}

/** Creates the process's one logger; parts of the system take `logger.child({ part })`. */
export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  const settings: LoggerOptions = { level: options.level, base: null, timestamp: stdTimeFunctions.isoTime };
  if (destination) return pino(settings, destination);
  if (!options.pretty) return pino(settings);
  const transport = {
    target: 'pino-pretty',
    options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' },
  };
  return pino({ ...settings, transport });
}
