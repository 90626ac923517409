import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { readerLanguage, type Services } from '../../graphql/context.js';
import type { Execution } from '../../graphql/execution.js';
import type { Logger } from '../../platform/logger.js';
import type { PlainCode } from '../../shared/errors.js';
import type { CallerOf } from '../client-address.js';
import type { TransportLimits } from '../limits.js';
import type { AllowedOrigins } from '../origins.js';
import { graphqlPath, pathOf } from '../path.js';
import type { RateLimits } from '../rate-limits.js';
import { refuse } from '../refuse.js';
import { requestIdHeader, requestIdOf } from '../request-id.js';
import { type Admission, createAdmission } from './admission.js';
import { serviceRestart } from './close-codes.js';
import { Connection, type ConnectionEnvironment, GatewaySocket } from './connection.js';
import { MessageRate } from './message-rate.js';
import type { GatewayMetrics } from './metrics.js';
import { Flusher } from './outbox.js';
import { Protocol, type ProtocolOptions } from './protocol.js';
import type { SignIn } from './sign-in.js';
import { Watch } from './watch.js';

/** All sockets of the process. */
export interface Gateway {
  /** Takes an `upgrade` of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Takes no more and closes every socket with 1012, many of them in batches at uneven times, so that they do not come
   * back all at once; cuts those that are left after `shutdownMs`.
   */
  stop(): Promise<void>;
  /** Closes every socket in the same way, and goes on taking new ones. */
  closeAll(): Promise<void>;
}

export interface GatewayOptions {
  readonly execution: Execution;
  readonly services: Services;
  readonly signIn: SignIn;
  readonly metrics: GatewayMetrics;
  readonly origins: AllowedOrigins;
  readonly callerOf: CallerOf;
  readonly limits: TransportLimits;
  readonly rateLimits: RateLimits;
  readonly logger: Logger;
}

const minBatch = 100;
const maxBatches = 20;
/** All batches together take two thirds of the time at most, so that the last clients can still answer. */
const batchMs = (shutdownMs: number) => Math.min(250, shutdownMs / (1.5 * 1.5 * maxBatches));

/** Creates the WebSocket side of `/graphql`. It listens nowhere itself. */
export function createGateway(options: GatewayOptions): Gateway {
  const { limits, metrics, callerOf } = options;
  const admission = createAdmission(limits, options.origins);
  const environment = environmentOf(options, admission);
  let stopping = false;
  const server = new WebSocketServer({
    noServer: true,
    WebSocket: GatewaySocket,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    // Clients fail without any code unless one of their protocols is taken; a wrong one is then closed with 4406.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : ([...offered][0] ?? false),
  });
  server.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`));
  server.on('wsClientError', (_error, socket, request) => {
    const { language } = callerOf(request);
    refuse(socket, 'BAD_REQUEST', { requestId: requestIdOf(request), language, graphql: true });
  });

  function open(socket: GatewaySocket, request: IncomingMessage): void {
    const requestId = requestIdOf(request);
    new Connection({ socket, wire: request.socket, caller: callerOf(request), requestId }, environment);
  }

  function refusal(request: IncomingMessage): PlainCode | null {
    if (stopping) return 'SERVICE_UNAVAILABLE';
    if (pathOf(request.url ?? '') !== graphqlPath) return 'NOT_FOUND';
    return admission.refusal(request, callerOf(request).address);
  }

  async function closeInBatches(): Promise<void> {
    const open = [...environment.watch.all];
    const size = Math.max(minBatch, Math.ceil(open.length / maxBatches));
    for (let from = 0; from < open.length; from += size) {
      if (from > 0) await sleep((0.5 + Math.random()) * batchMs(limits.shutdownMs));
      for (const connection of open.slice(from, from + size))
        connection.end(serviceRestart, 'SERVICE_UNAVAILABLE');
    }
  }

  return {
    closeAll: closeInBatches,
    upgrade(request, socket, head) {
      const requestId = requestIdOf(request);
      // From here on the id is what the header says, whoever asks.
      request.headers[requestIdHeader] = requestId;
      const code = refusal(request);
      if (!code) {
        server.handleUpgrade(request, socket, head, open);
        return;
      }
      metrics.connections.inc({ status: 'rejected' });
      const { language } = callerOf(request);
      refuse(socket, code, { requestId, language, graphql: code !== 'NOT_FOUND' });
    },

    async stop() {
      stopping = true;
      const cut = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, limits.shutdownMs);
      await closeInBatches();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(cut);
    },
  };
}

/** What every socket of the process is given. */
function environmentOf(
  { execution, services, signIn, limits, rateLimits, logger, metrics }: GatewayOptions,
  admission: Admission,
): ConnectionEnvironment {
  const protocol: ProtocolOptions = {
    execution,
    rateLimits,
    signIn,
    initMs: limits.initMs,
    maxRunning: limits.operationsPerSocket,
    newContext: (connection) => {
      const { viewer, caller, requestId } = connection;
      const socket = { authenticate: (token: string) => signIn.renew(connection, token) };
      return { viewer, services, caller, requestId, socket };
    },
    scopeOf: (connection) => ({
      requestId: connection.requestId,
      logger,
      language: readerLanguage(connection),
    }),
  };
  const speak = (connection: Connection) => new Protocol(connection, protocol);
  const rate = new MessageRate(limits.messagesPerWindow, limits.messageWindowMs);
  const watch = new Watch<Connection>(Math.min(limits.pingMs || Infinity, limits.pongMs || Infinity));
  const flusher = new Flusher({
    maxWaiting: limits.outgoingBytes,
    onWritten: (bytes) => {
      metrics.sent.bytes += bytes;
    },
  });
  return { flusher, speak, admission, rate, watch, limits, metrics, logger };
}
