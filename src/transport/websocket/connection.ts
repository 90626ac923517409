import type { Server } from 'graphql-ws';
import { type RawData, WebSocket } from 'ws';
import type { Caller } from '../../graphql/context.js';
import type { Logger } from '../../platform/logger.js';
import type { ErrorCode } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import type { TransportLimits } from '../limits.js';
import { closeCodes } from './close-codes.js';

/** One socket of a client. */
export interface Connection {
  /** Null until the client has signed in, and for one that never does. */
  viewer: Viewer | null;
  readonly caller: Caller;
  readonly requestId: string;
  /** False as soon as the socket begins to close, by whomever. */
  readonly open: boolean;
  /** Closes the socket and ends its operations at once; only the first call counts. */
  end(code: number, reason: ErrorCode): void;
  /** Runs when the socket begins to close. */
  onEnd(listener: () => void): void;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly protocol: Server<Connection>;
  readonly caller: Caller;
  readonly requestId: string;
  readonly limits: TransportLimits;
  readonly logger: Logger;
}

/** A client that has not answered the close frame after this is cut. */
const closeWithinMs = 5_000;

/** Puts the protocol on an open socket: text in, text out, pings, and one way to end. */
export function openConnection({
  socket,
  protocol,
  caller,
  requestId,
  limits,
  logger,
}: ConnectionOptions): Connection {
  const listeners: (() => void)[] = [];
  let open = true;
  let protocolClosed: ((code?: number, reason?: string) => Promise<void>) | undefined;

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
    get open() {
      return open;
    },
    end: close,
    onEnd: (listener) => void listeners.push(listener),
  };

  async function send(data: string): Promise<void> {
    if (!open || socket.readyState !== WebSocket.OPEN) return;
    socket.send(data);
    // Nobody waits for a slow reader; what piles up is bounded here instead.
    if (limits.outgoingBytes > 0 && socket.bufferedAmount > limits.outgoingBytes)
      close(closeCodes.tryAgainLater, 'SLOW_CONSUMER');
  }

  function receive(handle: (data: string) => Promise<void>) {
    return (data: RawData) => {
      if (!open) return;
      handle(String(data)).catch((error: unknown) => {
        logger.error({ err: error, requestId }, 'a socket message failed');
        close(closeCodes.internalError, 'INTERNAL_ERROR');
      });
    };
  }

  socket.on('error', (error) => logger.debug({ err: error, requestId }, 'a socket failed'));
  socket.once('close', (code, reason) => closed(code, String(reason)));
  keepAlive(socket, connection, limits);
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
function keepAlive(socket: WebSocket, connection: Connection, { pingMs, pongMs }: TransportLimits): void {
  if (pingMs === 0) return;
  let deadline: NodeJS.Timeout | undefined;
  const pings = setInterval(() => {
    socket.ping();
    deadline ??= setTimeout(() => socket.terminate(), pongMs);
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
