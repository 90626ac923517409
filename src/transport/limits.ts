import type { DocumentLimits } from '../graphql/guard-limits.js';

/** What the transport takes from clients; 0 turns a limit off. Times are in milliseconds. */
export interface TransportLimits {
  readonly document: Partial<DocumentLimits>;
  /** Bytes of an HTTP body. */
  readonly bodyBytes: number;
  /** Time for the headers of a request, and for all of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Bytes of a WebSocket message. */
  readonly frameBytes: number;
  /** Open sockets of one user, and of one address. */
  readonly socketsPerUser: number;
  readonly socketsPerAddress: number;
  /** Sockets that have not sent `connection_init` yet. */
  readonly socketsBeforeInit: number;
  /** Messages of one socket in `messageWindowMs`, `connection_init` not counted. */
  readonly messagesPerWindow: number;
  readonly messageWindowMs: number;
  /** Operations that run on one socket at the same time. */
  readonly operationsPerSocket: number;
  /** Bytes that wait for a client that reads slowly. */
  readonly outgoingBytes: number;
  /** From the opening of a socket to its `connection_init`. */
  readonly initMs: number;
  /** Between two pings of a socket, and from a ping to its pong. */
  readonly pingMs: number;
  readonly pongMs: number;
  /** For running requests and sockets to end when the server stops: the process has ended within 15 s then. */
  readonly shutdownMs: number;
}

/** The limits unless told otherwise. */
export const defaultTransportLimits: TransportLimits = {
  document: {},
  bodyBytes: 1024 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  frameBytes: 64 * 1024,
  socketsPerUser: 10,
  socketsPerAddress: 100,
  socketsBeforeInit: 1_000,
  messagesPerWindow: 100,
  messageWindowMs: 10_000,
  operationsPerSocket: 100,
  outgoingBytes: 1024 * 1024,
  initMs: 3_000,
  pingMs: 25_000,
  pongMs: 10_000,
  shutdownMs: 12_000,
};
