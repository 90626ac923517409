import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Services } from '../graphql/context.js';
import { createExecution } from '../graphql/execution.js';
import { createDocumentGuard } from '../graphql/guards.js';
import { type Clock, systemClock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Authenticate } from './authentication.js';
import type { GraphiqlPage } from './graphiql/page.js';
import { createApollo } from './http/apollo.js';
import { createApp } from './http/app.js';
import { addGraphqlRoute } from './http/graphql-route.js';
import { addHealthRoutes } from './http/health.js';
import { addRoutes, type Route } from './http/routes.js';
import { defaultTransportLimits, type TransportLimits } from './limits.js';
import { createGateway } from './websocket/gateway.js';
import { createSignIn } from './websocket/sign-in.js';

export interface HttpServerOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers find in their context. */
  readonly services: Services;
  readonly authenticate: Authenticate;
  /** Those that differ from the defaults. */
  readonly limits?: Partial<TransportLimits>;
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
  /** The page for browsers; null gives none. */
  readonly graphiql: GraphiqlPage | null;
  /** Whether requests can be served: the database answers and has every migration. */
  readonly ready: () => Promise<boolean>;
  /** Endpoints beside GraphQL and health. */
  readonly routes?: readonly Route[];
  readonly logger: Logger;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock?: Clock;
}

/** The server of GraphQL over HTTP and WebSocket, and of health. */
export interface HttpServer {
  /** Listens. `url` has no path; for a server that listens everywhere it is that of this machine. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes nothing new, lets running requests end, closes sockets with 1012; cuts what is left after `shutdownMs`. */
  stop(): Promise<void>;
  /** Closes the sockets of a session that has ended, with 4403. */
  closeSession(sessionId: string): void;
}

/** Creates the server; nothing listens before `start`. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { schema, services, authenticate, introspection, graphiql, logger, clock = systemClock } = options;
  const limits = { ...defaultTransportLimits, ...options.limits };
  const guard = createDocumentGuard({ schema, limits: limits.document, introspection });
  const apollo = createApollo({ schema, guard, logger });
  const signIn = createSignIn({ authenticate, clock, logger });
  const execution = createExecution(schema, guard);
  const gateway = createGateway({ execution, services, signIn, limits, logger });

  const state = { started: false, stopping: false };
  const app = createApp({ limits, logger, state });
  addGraphqlRoute(app, { apollo, guard, services, authenticate, graphiql, logger });
  addHealthRoutes(app, async () => !state.stopping && (await options.ready()));
  addRoutes(app, options.routes ?? []);
  app.server.on('upgrade', gateway.upgrade);

  async function close(): Promise<void> {
    state.stopping = true;
    const cut = setTimeout(() => app.server.closeAllConnections(), limits.shutdownMs);
    await Promise.all([gateway.stop(), app.close()]);
    clearTimeout(cut);
    if (state.started) await apollo.stop();
  }
  let closed: Promise<void> | undefined;

  return {
    async start() {
      await apollo.start();
      state.started = true;
      await app.listen({ host: options.host, port: options.port });
      const { port } = app.server.address() as AddressInfo;
      return { url: `http://${hostOf(options.host)}:${port}`, port };
    },
    stop() {
      closed ??= close();
      return closed;
    },
    closeSession: signIn.closeSession,
  };
}

/** How this machine reaches a server that listens on `host`. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
