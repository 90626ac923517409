/** What a client application imports. */
export { authLink } from './auth-link.js';
export { type Backoff, jitteredDelay, timerWait, type Wait } from './backoff.js';
export {
  type BoardElementLike,
  type BoardEventLike,
  type BoardSnapshot,
  type BoardState,
  emptyBoard,
  withEvent,
  withSnapshot,
} from './board.js';
export { createCache, typePolicies } from './cache-policies.js';
export { type Connection, type ConnectOptions, connect } from './connect.js';
export { connectionPolicy } from './connection-policy.js';
export { SubscriptionError } from './failures.js';
export * from './generated/operations.js';
export { possibleTypes } from './generated/schema-facts.js';
export { createLiveSocket, type LiveSocketOptions } from './live-socket.js';
export {
  type ChannelResetEvent,
  createResumable,
  type LiveSocket,
  type OnReset,
  type Resumable,
  type ResumableOperation,
  type ResumableOptions,
  type ResumableSink,
} from './resumable.js';
export { resumableLink } from './resumable-link.js';
export {
  createSession,
  type Session,
  SessionEndedError,
  type SessionOptions,
  type Tokens,
} from './session.js';
export { VersionedCache } from './versioned-cache.js';
