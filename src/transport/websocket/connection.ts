import type { Duplex } from 'node:stream';
import type { Server } from 'graphql-ws';
import { type RawData, WebSocket } from 'ws';
import type { Caller } from '../../graphql/context.js';
import type { Logger } from '../../platform/logger.js';
import type { ErrorCode } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { TransportLimits } from '../limits.js';
import { closeCodes } from './close-codes.js';
import { MessageRate } from './message-rate.js';
import type { GatewayMetrics } from './metrics.js';
import { type Flusher, Outbox } from './outbox.js';

/** One socket of a client. */
export interface Connection {
  /** Null until the client has signed in, and for one that never does. */
  viewer: Viewer | null;
  readonly caller: Caller;
  readonly requestId: string;
  readonly outbox: Outbox;
  /** False as soon as the socket begins to close, by whomever. */
  readonly open: boolean;
  /** Set by the protocol: ends each subscription with SUBSCRIPTION_REVOKED; gives whether other operations still run. */
  endSubscriptions: (() => boolean) | null;
  /** Set when access has ended: nothing new may begin. */
  revoked: boolean;
  /** Closes the socket and ends its operations at once; only the first call counts. */
  end(code: number, reason: ErrorCode): void;
  /** Runs when the socket begins to close. */
  onEnd(listener: () => void): void;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** What the WebSocket runs over. */
  readonly wire: Duplex;
  readonly flusher: Flusher;
  readonly protocol: Server<Connection>;
  readonly caller: Caller;
  readonly requestId: string;
  readonly limits: TransportLimits;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  /** Told with the first message. */
  readonly onBegun: () => void;
}

/** A client that has not answered the close frame after this is cut. */
const closeWithinMs = 5_000;

/** Puts the protocol on an open socket: text in, text out, pings, and one way to end. */
export function openConnection(options: ConnectionOptions): Connection {
  const { socket, protocol, caller, requestId, limits, metrics, logger } = options;
  const listeners: (() => void)[] = [];
  const rate = new MessageRate(limits.messagesPerWindow, limits.messageWindowMs);
  let open = true;
  let begun = false;
  let protocolClosed: ((code?: number, reason?: string) => Promise<void>) | undefined;

  const outbox = new Outbox(options.wire, options.flusher, (bytes, waiting) => {
    metrics.sent.bytes += bytes;
    // Nobody waits for a slow reader; what piles up is bounded here instead.
    if (limits.outgoingBytes > 0 && waiting > limits.outgoingBytes)
      close(closeCodes.tryAgainLater, 'SLOW_CONSUMER');
  });

  function closed(code: number, reason: string): void {
    if (!open) return;
    open = false;
    for (const listener of listeners) listener();
    protocolClosed?.(code, reason).catch((error: unknown) =>
      logger.error({ err: error, requestId }, 'a closing socket failed'),
    );
  }

  function close(code: number, reason: string): void {
    if (!open) return;
    outbox.flush();
    // The flush itself may have found the client too slow.
    if (!open) return;
    socket.close(code, reason);
    const cut = setTimeout(() => socket.terminate(), closeWithinMs);
    socket.once('close', () => clearTimeout(cut));
    // Not when the client has answered: until then its subscriptions would go on working for nobody.
    closed(code, reason);
  }

  const connection: Connection = {
    viewer: null,
    caller,
    requestId,
    outbox,
    endSubscriptions: null,
    revoked: false,
    get open() {
      return open;
    },
    end: close,
    onEnd: (listener) => void listeners.push(listener),
  };

  async function send(data: string): Promise<void> {
    if (open && socket.readyState === WebSocket.OPEN) outbox.send(data);
  }

  function receive(handle: (data: string) => Promise<void>) {
    return (data: RawData) => {
      if (!open) return;
      if (!begun) {
        begun = true;
        options.onBegun();
      } else if (!rate.take()) {
        close(closeCodes.tryAgainLater, 'RATE_LIMITED');
        return;
      }
      handle(String(data)).catch((error: unknown) => {
        // A message that only servers send: graphql-ws throws where it closes with 4400 for any other bad one.
        if (String(error).includes('Unexpected message of type')) {
          close(closeCodes.badRequest, 'BAD_REQUEST');
          return;
        }
        logger.error({ err: error, requestId }, 'a socket message failed');
        close(closeCodes.internalError, 'INTERNAL_ERROR');
      });
    };
  }

  socket.on('error', (error) => logger.debug({ err: error, requestId }, 'a socket failed'));
  socket.once('close', (code, reason) => closed(code, String(reason)));
  keepAlive(socket, connection, limits, () => metrics.pingTimeouts.inc());
  protocolClosed = protocol.opened(
    {
      protocol: socket.protocol,
      send,
      close,
      onMessage: (handle) => void socket.on('message', receive(handle)),
    },
    connection,
  );
  return connection;
}

/** Pings the client; one that does not answer in time is gone, and its socket is cut. */
function keepAlive(
  socket: WebSocket,
  connection: Connection,
  { pingMs, pongMs }: TransportLimits,
  onTimeout: () => void,
): void {
  if (pingMs === 0) return;
  let deadline: NodeJS.Timeout | undefined;
  const pings = setInterval(() => {
    socket.ping();
    deadline ??= setTimeout(() => {
      onTimeout();
      socket.terminate();
    }, pongMs);
  }, pingMs);
  socket.on('pong', () => {
    clearTimeout(deadline);
    deadline = undefined;
  });
  connection.onEnd(() => {
    clearInterval(pings);
    clearTimeout(deadline);
  });
}
