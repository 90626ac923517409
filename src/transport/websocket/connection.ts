import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import type { Caller } from '../../graphql/context.js';
import type { Logger } from '../../platform/logger.js';
import type { Viewer } from '../../shared/viewer.js';
import type { TransportLimits } from '../limits.js';
import type { Admission } from './admission.js';
import { type ClosingCode, closeCodeOf, closeLabel } from './close-codes.js';
import type { MessageRate } from './message-rate.js';
import type { GatewayMetrics } from './metrics.js';
import { type Flusher, Outbox, type OutboxHost } from './outbox.js';
import { nowMs, type Watch, type Watched } from './watch.js';

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
  readonly admission: Admission;
  readonly rate: MessageRate;
  readonly watch: Watch<Connection>;
  readonly limits: TransportLimits;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}

export interface ConnectionOptions {
  readonly socket: GatewaySocket;
  /** What the WebSocket runs over. */
  readonly wire: Duplex;
  readonly caller: Caller;
  readonly requestId: string;
}

/** A client that has not answered the close frame after this is cut. */
const closeWithinMs = 5_000;

/** A WebSocket that tells its connection what happens, without a list of listeners for each of thousands. */
export class GatewaySocket extends WebSocket {
  connection: Connection | null = null;

  override emit(event: string | symbol, ...given: unknown[]): boolean {
    if (!this.connection?.hears(event, given[0])) return super.emit(event, ...given);
    // Others may listen for the end.
    return event === 'close' ? super.emit(event, ...given) : true;
  }
}

/**
 * One socket of a client: text in, text out, pings, and one way to end. There are thousands, mostly idle: what it holds
 * is fields and nothing that is made anew for each.
 */
export class Connection implements OutboxHost, Watched {
  /** Null until the client has signed in, and for one that never does. */
  viewer: Viewer | null = null;
  readonly caller: Caller;
  readonly requestId: string;
  readonly outbox: Outbox;
  readonly #socket: GatewaySocket;
  readonly #environment: ConnectionEnvironment;
  readonly #protocol: SocketProtocol;
  #begun = false;
  #open = true;
  #revoked = false;
  #acknowledged = false;
  /** When the allowance of messages will be whole again. Times are milliseconds of the process; 0 is never. */
  #messagesUntil = 0;
  #expiresAt = 0;
  #pingAt = 0;
  #pongBy = 0;

  constructor({ socket, wire, caller, requestId }: ConnectionOptions, environment: ConnectionEnvironment) {
    const { limits, metrics, admission, watch } = environment;
    this.caller = caller;
    this.requestId = requestId;
    this.#socket = socket;
    this.#environment = environment;
    this.outbox = new Outbox(wire, environment.flusher, this);
    this.#protocol = environment.speak(this);
    socket.connection = this;
    admission.admit(caller.address);
    metrics.active.inc();
    watch.add(this);
    if (limits.pingMs > 0) this.#pingAt = nowMs() + limits.pingMs;
    this.#protocol.opened(socket.protocol);
  }

  /** Takes what the socket emits; false for what is no matter of a connection. */
  hears(event: string | symbol, given: unknown): boolean {
    switch (event) {
      case 'message':
        this.#receive(given as RawData);
        return true;
      case 'pong':
        this.#pongBy = 0;
        return true;
      case 'error': {
        const { requestId } = this;
        this.#environment.logger.debug({ err: given, requestId }, 'a socket failed');
        return true;
      }
      case 'close':
        this.#gone(given as number);
        return true;
      default:
        return false;
    }
  }

  /** False as soon as the socket begins to close, by whomever. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether access has ended, so that nothing new may begin. */
  get revoked(): boolean {
    return this.#revoked;
  }

  acknowledged(): void {
    this.#acknowledged = true;
    this.#environment.metrics.connections.inc({ status: 'accepted' });
  }

  /** Nobody waits for a slow reader; what piles up is bounded here instead. */
  overflowed(): void {
    this.endWith('SLOW_CONSUMER');
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

  /** Will end the socket with UNAUTHENTICATED, unless it is told another time before. */
  expireIn(milliseconds: number): void {
    this.#expiresAt = Math.max(1, nowMs() + Math.round(milliseconds));
  }

  /** Pings, cuts a client that has not answered in time, and ends the socket with its token. */
  attend(now: number): void {
    if (this.#expiresAt > 0 && now >= this.#expiresAt) this.endWith('UNAUTHENTICATED');
    const { limits, metrics } = this.#environment;
    if (!this.#open || this.#pingAt === 0) return;
    if (this.#pongBy > 0 && now >= this.#pongBy) {
      metrics.pingTimeouts.inc();
      this.#socket.terminate();
      this.#pongBy = this.#pingAt = 0;
    } else if (now >= this.#pingAt) {
      this.#socket.ping();
      this.#pingAt = now + limits.pingMs;
      if (this.#pongBy === 0) this.#pongBy = now + limits.pongMs;
    }
  }

  /**
   * Tells each subscription that access has ended, then closes with 4403: once what still runs has answered, such as
   * the sign-out itself, but after `withinMs` in any case.
   */
  revoke(withinMs: number): void {
    if (this.#revoked) return;
    this.#revoked = true;
    const othersRun = this.#protocol.revokeSubscriptions();
    setTimeout(() => this.#endRevoked(), othersRun ? withinMs : 0).unref();
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
    this.#environment.watch.delete(this);
    this.#protocol.closed();
  }

  /** The socket is closed on both sides. */
  #gone(code: number): void {
    this.#closed();
    const { admission, metrics } = this.#environment;
    admission.closed(this.caller.address, this.#begun);
    metrics.active.dec();
    metrics.closes.inc({ code: closeLabel(code) });
  }

  #receive(data: RawData): void {
    if (!this.#open) return;
    if (this.#begun) {
      const until = this.#environment.rate.take(this.#messagesUntil, nowMs());
      if (until === null) {
        this.endWith('RATE_LIMITED');
        return;
      }
      this.#messagesUntil = until;
    } else {
      this.#begun = true;
      this.#environment.admission.begun();
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
}
