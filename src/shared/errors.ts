import { types } from 'node:util';

/**
 * Every error code, with the HTTP status of endpoints outside GraphQL and the text for people.
 * The names are fixed for clients; `ErrorCode` in the schema and `docs/api/errors.md` are made from this table.
 */
export const errorCatalogue = {
  // General
  VALIDATION_ERROR: { status: 400, detail: 'The input is not valid.' },
  BAD_REQUEST: { status: 400, detail: 'The request could not be understood.' },
  UNAUTHENTICATED: { status: 401, detail: 'Sign in first.' },
  FORBIDDEN: { status: 403, detail: 'You may not do this.' },
  NOT_FOUND: { status: 404, detail: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: { status: 405, detail: 'This method is not allowed here.' },
  PAYLOAD_TOO_LARGE: { status: 413, detail: 'The request is too large.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, detail: 'Send application/json.' },
  RATE_LIMITED: { status: 429, detail: 'Too many requests; try again later.' },
  INTERNAL_ERROR: { status: 500, detail: 'Something went wrong on our side.' },
  SERVICE_UNAVAILABLE: { status: 503, detail: 'The service is not available right now; try again shortly.' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, detail: 'This key was used with another input.' },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, detail: 'A request with this key is still running.' },
  // GraphQL
  GRAPHQL_PARSE_FAILED: { status: 400, detail: 'The document has a syntax error.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, detail: 'The document does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, detail: 'The operation to run could not be determined.' },
  DOCUMENT_TOO_COMPLEX: { status: 400, detail: 'The document exceeds a limit.' },
  // Clients that try persisted queries look for this text, and then send the document.
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, detail: 'PersistedQueryNotSupported' },
  // Accounts
  INVALID_CREDENTIALS: { status: 401, detail: 'The e-mail address or the password is wrong.' },
  SESSION_EXPIRED: { status: 401, detail: 'The session has ended; sign in again.' },
  EMAIL_TAKEN: { status: 409, detail: 'There is already an account with this e-mail address.' },
  LINK_EXPIRED: { status: 410, detail: 'The link was used or has expired; ask for a new one.' },
  USER_NOT_FOUND: { status: 404, detail: 'There is no such user.' },
  SESSION_NOT_FOUND: { status: 404, detail: 'There is no such session.' },
  // Tutor and student
  STUDENT_NOT_FOUND: { status: 404, detail: 'There is no such student.' },
  RELATION_NOT_FOUND: { status: 404, detail: 'There is no such relation of a tutor and a student.' },
  RELATION_NOT_ACTIVE: { status: 409, detail: 'The tutor and the student have no active relation.' },
  RELATION_ALREADY_EXISTS: { status: 409, detail: 'The student is already invited or taught by this tutor.' },
  RELATION_INVALID_TRANSITION: { status: 409, detail: 'The relation is not in a state that allows this.' },
  // Lessons
  LESSON_NOT_FOUND: { status: 404, detail: 'There is no such lesson.' },
  LESSON_CONFLICT: { status: 409, detail: 'The lesson was changed meanwhile.' },
  LESSON_INVALID_TRANSITION: { status: 409, detail: 'The lesson is not in a state that allows this.' },
  TUTOR_NOT_FOUND: { status: 404, detail: 'There is no such tutor.' },
  SERIES_NOT_FOUND: { status: 404, detail: 'There is no such series of lessons.' },
  SLOT_TAKEN: { status: 409, detail: 'The tutor or the student has another lesson at that time.' },
  // Classrooms
  CLASSROOM_NOT_FOUND: { status: 404, detail: 'There is no such classroom.' },
  CLASSROOM_FULL: { status: 409, detail: 'The classroom has 500 members already.' },
  CLASSROOM_ARCHIVED: { status: 409, detail: 'The classroom is archived: it can only be read.' },
  // Chats
  ROOM_NOT_FOUND: { status: 404, detail: 'There is no such room.' },
  MESSAGE_NOT_FOUND: { status: 404, detail: 'There is no such message.' },
  CHAT_NOT_ACCESSIBLE: { status: 403, detail: 'You may see this but not its chat.' },
  // Boards
  BOARD_NOT_FOUND: { status: 404, detail: 'There is no such board.' },
  BOARD_NOT_ACCESSIBLE: { status: 403, detail: 'You may see this but not its board.' },
  BOARD_FROZEN: { status: 409, detail: 'Nothing can be drawn here any more.' },
  BOARD_FULL: { status: 409, detail: 'A board has room for 2,000 elements; remove some first.' },
  // Notifications
  NOTIFICATION_NOT_FOUND: { status: 404, detail: 'There is no such notification.' },
  WEBHOOK_ENDPOINT_NOT_FOUND: { status: 404, detail: 'There is no such webhook endpoint.' },
  DEAD_LETTER_NOT_FOUND: { status: 404, detail: 'There is no such dead letter.' },
  // Real time
  SUBSCRIPTION_REVOKED: { status: 403, detail: 'You no longer have access to this.' },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, detail: 'Too many subscriptions on one socket.' },
  TOO_MANY_SOCKETS: { status: 429, detail: 'Too many open sockets; close one first.' },
  SLOW_CONSUMER: {
    status: 429,
    detail: 'Events come faster than they are read; go on from the last cursor.',
  },
} as const satisfies Record<string, { status: number; detail: string }>;

/** The one enum of codes, for GraphQL, every other endpoint and WebSocket messages. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Messages by input path, such as `{"input.startsAt": ["must be in the future"]}`. */
export type ErrorFields = Readonly<Record<string, readonly string[]>>;

/** A failure that is meant for the caller. Anything else that is thrown is masked as `INTERNAL_ERROR`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly detail: string;

  constructor(
    readonly code: ErrorCode,
    readonly fields: ErrorFields = {},
    options: { readonly detail?: string; readonly cause?: unknown } = {},
  ) {
    const detail = options.detail ?? errorCatalogue[code].detail;
    super(detail, { cause: options.cause });
    this.detail = detail;
  }
}

/** A `VALIDATION_ERROR` at one input path. */
export function invalid(path: string, message: string): AppError {
  return new AppError('VALIDATION_ERROR', { [path]: [message] });
}

/** The caught value as an Error, for logs and causes. */
export function asError(value: unknown): Error {
  // An error of another realm, such as a test runner's, is one too, and keeps its code.
  return value instanceof Error || types.isNativeError(value) ? value : new Error(String(value));
}
