import type { GraphQLFormattedError } from 'graphql';
import { CloseCode } from 'graphql-ws';

/** Why a subscription ended for good. */
export class SubscriptionError extends Error {
  override readonly name = 'SubscriptionError';

  constructor(
    message: string,
    /** The GraphQL errors that ended it, with `extensions.code` such as SUBSCRIPTION_REVOKED; none when a socket did. */
    readonly errors: readonly GraphQLFormattedError[],
    /** The close code of the socket; null when no close ended it. */
    readonly closeCode: number | null,
    cause: unknown,
  ) {
    super(message, { cause });
  }

  /** The code of the first GraphQL error; null when a socket ended it. */
  get code(): string | null {
    return this.errors.map(codeOf).find((code) => code !== null) ?? null;
  }
}

/**
 * What a failure means for a subscription: `transient` is tried again, `refused` is tried again with another access
 * token, `final` is told to the subscriber.
 */
export type Verdict = 'transient' | 'refused' | 'final';

/** The server asks to come back later; nothing is wrong with the operation. */
const transientCodes: readonly unknown[] = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED'];

/** Coming back the same way would end the same way. */
const finalCloseCodes: readonly number[] = [
  CloseCode.InternalServerError,
  CloseCode.InternalClientError,
  CloseCode.BadRequest,
  CloseCode.BadResponse,
  CloseCode.Unauthorized,
  CloseCode.SubprotocolNotAcceptable,
  CloseCode.SubscriberAlreadyExists,
  CloseCode.TooManyInitialisationRequests,
];

/** The codes of RFC 6455 and its registry that a network or a restart gives, not a mistake of ours. */
const transientStandardCodes: readonly number[] = [1000, 1001, 1005, 1006, 1012, 1013, 1014];

/** Judges whatever a graphql-ws client or one of our callbacks threw. */
export function judge(thrown: unknown): Verdict {
  const codes = errorsOf(thrown).map(codeOf);
  if (codes.includes('UNAUTHENTICATED')) return 'refused';
  if (codes.length > 0) return codes.every((code) => transientCodes.includes(code)) ? 'transient' : 'final';
  const closeCode = closeCodeOf(thrown);
  if (closeCode === CloseCode.Forbidden) return 'refused';
  return closeCode !== null && isFinal(closeCode) ? 'final' : 'transient';
}

/** The same failure as the subscriber is told it. */
export function asSubscriptionError(thrown: unknown): SubscriptionError {
  if (thrown instanceof SubscriptionError) return thrown;
  const errors = errorsOf(thrown);
  const closeCode = closeCodeOf(thrown);
  const message =
    errors[0]?.message ?? (closeCode ? `The socket was closed with ${closeCode}` : textOf(thrown));
  return new SubscriptionError(message, errors, closeCode, thrown);
}

/** The GraphQL errors inside a failure: a list of them, or an Error that holds such a list. */
export function errorsOf(thrown: unknown): readonly GraphQLFormattedError[] {
  if (Array.isArray(thrown)) return thrown;
  return isObject(thrown) && Array.isArray(thrown['errors']) ? thrown['errors'] : [];
}

function codeOf({ extensions }: GraphQLFormattedError): string | null {
  return typeof extensions?.['code'] === 'string' ? extensions['code'] : null;
}

function closeCodeOf(thrown: unknown): number | null {
  // `reason` tells a close event from an Error of Node, whose code is text anyway.
  const isClose = isObject(thrown) && typeof thrown['code'] === 'number' && 'reason' in thrown;
  return isClose ? (thrown['code'] as number) : null;
}

function isFinal(closeCode: number): boolean {
  if (closeCode < 2000) return !transientStandardCodes.includes(closeCode);
  return finalCloseCodes.includes(closeCode);
}

function textOf(thrown: unknown): string {
  return isObject(thrown) && typeof thrown['message'] === 'string' ? thrown['message'] : String(thrown);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
