import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../../graphql/context.js';
import type { Logger } from '../../platform/logger.js';
import type { Viewer } from '../../shared/viewer.js';
import type { TransportLimits } from '../limits.js';
import { type ClosingCode, closeCodeOf } from './close-codes.js';
import { MessageRate } from './message-rate.js';
import type { GatewayMetrics } from './metrics.js';
import { type Flusher, Outbox } from './outbox.js';

/** What is spoken on a socket. */
export interface SocketProtocol {
  opened(subprotocol: string): void;
  /** Takes a message; gives what takes longer than its turn. */
  receive(text: string): Promise<void> | null;
  /** Ends each subscription with SUBSCRIPTION_REVOKED; gives whether anything else still runs. */
  revokeSubscriptions(): boolean;
  closed(): void;
}

/** What all sockets of a process share. */
export interface ConnectionEnvironment {
  readonly flusher: Flusher;
  readonly speak: (connection: Connection) => SocketProtocol;
  readonly limits: TransportLimits;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** What the WebSocket runs over. */
  readonly wire: Duplex;
  readonly caller: Caller;
  readonly requestId: string;
  /** Told with the first message. */
  readonly onBegun: () => void;
  /** Told when the socket is gone. */
  readonly onClosed: (code: number) => void;
}

/** The longest wait that a timer takes. */
const longestTimerMs = 2 ** 31 - 1;
/** A client that has not answered the close frame after this is cut. */
const closeWithinMs = 5_000;

/** One socket of a client: text in, text out, pings, and one way to end. */
export class Connection {
  /** Null until the client has signed in, and for one that never does. */
  viewer: Viewer | null = null;
  readonly caller: Caller;
  readonly requestId: string;
  readonly outbox: Outbox;
  readonly #socket: WebSocket;
  readonly #environment: ConnectionEnvironment;
  readonly #protocol: SocketProtocol;
  readonly #rate: MessageRate;
  #onEnd: readonly (() => void)[] = [];
  #begun: (() => void) | null;
  #open = true;
  #revoked = false;
  #acknowledged = false;
  #expiry: NodeJS.Timeout | undefined;
  #pings: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions, environment: ConnectionEnvironment) {
    const { socket, wire, caller, requestId, onBegun, onClosed } = options;
    const { limits, metrics, flusher, logger } = environment;
    this.caller = caller;
    this.requestId = requestId;
    this.#socket = socket;
    this.#environment = environment;
    this.#begun = onBegun;
    this.#rate = new MessageRate(limits.messagesPerWindow, limits.messageWindowMs);
    this.outbox = new Outbox(wire, flusher, (bytes, waiting) => {
      metrics.sent.bytes += bytes;
      // Nobody waits for a slow reader; what piles up is bounded here instead.
      if (limits.outgoingBytes > 0 && waiting > limits.outgoingBytes) this.endWith('SLOW_CONSUMER');
    });
    this.#protocol = environment.speak(this);
    socket.on('message', (data) => this.#receive(data));
    socket.on('error', (error) => logger.debug({ err: error, requestId }, 'a socket failed'));
    socket.on('close', (code) => {
      this.#closed();
      onClosed(code);
    });
    this.#keepAlive();
    this.#protocol.opened(socket.protocol);
  }

  /** False as soon as the socket begins to close, by whomever. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether access has ended, so that nothing new may begin. */
  get revoked(): boolean {
    return this.#revoked;
  }

  /** Runs when the socket begins to close, at once if it does. */
  onEnd(listener: () => void): void {
    if (this.#open) this.#onEnd = [...this.#onEnd, listener];
    else listener();
  }

  acknowledged(): void {
    this.#acknowledged = true;
    this.#environment.metrics.connections.inc({ status: 'accepted' });
  }

  /** Closes the socket and ends its operations at once; only the first call counts. */
  end(code: number, reason: string): void {
    if (!this.#open) return;
    this.outbox.flush();
    // The flush itself may have found the client too slow.
    if (!this.#open) return;
    if (!this.#acknowledged) this.#environment.metrics.connections.inc({ status: 'rejected' });
    const socket = this.#socket;
    socket.close(code, reason);
    const cut = setTimeout(() => socket.terminate(), closeWithinMs);
    socket.once('close', () => clearTimeout(cut));
    // Not when the client has answered: until then its subscriptions would go on working for nobody.
    this.#closed();
  }

  /** Closes it with an error code as the reason, and the number that the catalogue has for it. */
  endWith(code: ClosingCode): void {
    this.end(closeCodeOf(code), code);
  }

  /** Will end the socket, unless it is told another time before. */
  endIn(milliseconds: number, code: ClosingCode): void {
    clearTimeout(this.#expiry);
    if (!this.#open) return;
    const wait = Math.min(Math.max(milliseconds, 0), longestTimerMs);
    this.#expiry = setTimeout(() => this.endWith(code), wait);
  }

  /**
   * Tells each subscription that access has ended, then closes with 4403: once what still runs has answered, such as
   * the sign-out itself, but after `withinMs` in any case.
   */
  revoke(withinMs: number): void {
    if (this.#revoked) return;
    this.#revoked = true;
    const othersRun = this.#protocol.revokeSubscriptions();
    const late = setTimeout(() => this.#endRevoked(), othersRun ? withinMs : 0);
    this.onEnd(() => clearTimeout(late));
  }

  /** Told by the protocol when an operation has answered for the last time. */
  operationEnded(left: number): void {
    if (this.#revoked && left === 0) this.#endRevoked();
  }

  #endRevoked(): void {
    this.endWith('SESSION_EXPIRED');
  }

  #closed(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#expiry);
    clearInterval(this.#pings);
    clearTimeout(this.#deadline);
    for (const listener of this.#onEnd) listener();
    this.#protocol.closed();
  }

  #receive(data: RawData): void {
    if (!this.#open) return;
    if (this.#begun) {
      this.#begun();
      this.#begun = null;
    } else if (!this.#rate.take()) {
      this.endWith('RATE_LIMITED');
      return;
    }
    // A fault of ours that no operation owns.
    const failed = (error: unknown) => {
      this.#environment.logger.error({ err: error, requestId: this.requestId }, 'a socket message failed');
      this.endWith('INTERNAL_ERROR');
    };
    try {
      this.#protocol.receive(String(data))?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Pings the client; one that does not answer in time is gone, and its socket is cut. */
  #keepAlive(): void {
    const { limits, metrics } = this.#environment;
    const socket = this.#socket;
    if (limits.pingMs === 0) return;
    this.#pings = setInterval(() => {
      socket.ping();
      this.#deadline ??= setTimeout(() => {
        metrics.pingTimeouts.inc();
        socket.terminate();
      }, limits.pongMs);
    }, limits.pingMs);
    socket.on('pong', () => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    });
  }
}
