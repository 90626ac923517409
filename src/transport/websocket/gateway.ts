import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../../platform/logger.js';
import { callerOf } from '../authentication.js';
import type { TransportLimits } from '../limits.js';
import { graphqlPath, pathOf } from '../path.js';
import { refuse } from '../refuse.js';
import { requestIdHeader, requestIdOf } from '../request-id.js';
import { closeCodes } from './close-codes.js';
import { type Connection, openConnection } from './connection.js';
import { createProtocol, type ProtocolOptions } from './protocol.js';

/** All sockets of the process. */
export interface Gateway {
  /** Takes an `upgrade` of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1012 and takes no more; cuts those that are left after `shutdownMs`. */
  stop(): Promise<void>;
}

export interface GatewayOptions extends ProtocolOptions {
  readonly limits: TransportLimits;
  readonly logger: Logger;
}

/** Creates the WebSocket side of `/graphql`. It listens nowhere itself. */
export function createGateway(options: GatewayOptions): Gateway {
  const { limits, logger } = options;
  const protocol = createProtocol(options);
  const connections = new Set<Connection>();
  let stopping = false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    // Clients fail without any code unless one of their protocols is taken; a wrong one is then closed with 4406.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : ([...offered][0] ?? false),
  });
  server.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`));
  server.on('wsClientError', (_error, socket, request) => {
    refuse(socket, 'BAD_REQUEST', { requestId: requestIdOf(request), graphql: true });
  });

  function open(socket: WebSocket, request: IncomingMessage): void {
    const requestId = requestIdOf(request);
    const connection = openConnection({
      socket,
      protocol,
      caller: callerOf(request),
      requestId,
      limits,
      logger,
    });
    if (!connection.open) return;
    connections.add(connection);
    connection.onEnd(() => connections.delete(connection));
  }

  return {
    upgrade(request, socket, head) {
      const requestId = requestIdOf(request);
      // From here on the id is what the header says, whoever asks.
      request.headers[requestIdHeader] = requestId;
      if (stopping) refuse(socket, 'SERVICE_UNAVAILABLE', { requestId, graphql: true });
      else if (pathOf(request.url ?? '') !== graphqlPath) refuse(socket, 'NOT_FOUND', { requestId });
      else server.handleUpgrade(request, socket, head, open);
    },

    async stop() {
      stopping = true;
      for (const connection of [...connections])
        connection.end(closeCodes.serviceRestart, 'SERVICE_UNAVAILABLE');
      const cut = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, limits.shutdownMs);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(cut);
    },
  };
}
