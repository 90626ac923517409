import { isError } from '../../shared/errors.js';

/** What PostgreSQL said of a failed statement, whichever library carried it. */
export interface SqlFailure {
  /** SQLSTATE, five characters. */
  readonly state: string;
  /** The violated constraint, when it is a violation. */
  readonly constraint: string | null;
}

interface Shape {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly message?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: AdapterCause } };
}
interface AdapterCause {
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly kind?: string;
}

/** Prisma wraps the adapter's error for a statement; for BEGIN and COMMIT it throws the adapter's own. */
function adapterCause(error: Error): AdapterCause | undefined {
  if (error.name === 'DriverAdapterError') return error.cause as AdapterCause | undefined;
  return (error as Shape).meta?.driverAdapterError?.cause;
}

/** The SQLSTATE and the constraint of an error of Prisma or of pg; null when the server said nothing. */
export function sqlFailure(error: unknown): SqlFailure | null {
  if (!isError(error)) return null;
  const { code, constraint } = error as Shape;
  const cause = adapterCause(error);
  if (cause?.originalCode) {
    const named = /constraint "([^"]+)"/.exec(cause.originalMessage ?? '');
    return { state: cause.originalCode, constraint: named?.[1] ?? null };
  }
  if (
    typeof code === 'string' &&
    /^[0-9A-Z]{5}$/.test(code) &&
    !code.startsWith('P2') &&
    !code.startsWith('P1')
  ) {
    return { state: code, constraint: typeof constraint === 'string' ? constraint : null };
  }
  return null;
}

/** Whether the error is the violation of this constraint (unique, exclusion, check or foreign key). */
export function violates(error: unknown, ...constraints: readonly string[]): boolean {
  const failure = sqlFailure(error);
  return failure?.constraint != null && constraints.includes(failure.constraint);
}

/** A deadlock or a serialization failure: the same work may succeed when it is run again. */
export function isRetryable(error: unknown): boolean {
  const state = sqlFailure(error)?.state;
  return state === '40P01' || state === '40001' || (error as Shape | null)?.code === 'P2034';
}

const outageStates = new Set([
  '53100',
  '53200',
  '53300',
  '55P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
]);
const outageCodes = new Set([
  // Prisma: not reachable, timed out, connection closed, no connection in time, no transaction in time
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    // This process has no file left to connect with.
    'EMFILE',
    'ENFILE',
  ],
]);
// pg and pg-pool throw these without any code.
const outageMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after|Server has closed the connection)/i;

/**
 * Whether the database could not be used at all: stopped, frozen, out of connections, or a lock or statement
 * that took too long. The caller is told SERVICE_UNAVAILABLE and may try again.
 */
export function isOutage(error: unknown): boolean {
  if (!isError(error)) return false;
  const state = sqlFailure(error)?.state;
  if (state) return outageStates.has(state) || state.startsWith('08');
  const { code, message } = error as Shape;
  if (typeof code === 'string' && outageCodes.has(code)) return true;
  const kind = adapterCause(error)?.kind;
  if (kind === 'DatabaseNotReachable' || kind === 'ConnectionClosed' || kind === 'SocketTimeout') return true;
  return typeof message === 'string' && outageMessages.test(message);
}
