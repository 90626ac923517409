import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Services } from '../graphql/context.js';
import { createExecution } from '../graphql/execution.js';
import { createExecutor } from '../graphql/executor.js';
import { createFanOut } from '../graphql/fan-out.js';
import { createDocumentGuard } from '../graphql/guards.js';
import { observeEvents } from '../graphql/observe-events.js';
import { observedExecution } from '../graphql/observed-execution.js';
import { createOperationLog } from '../graphql/operations.js';
import { createPersistedDocuments, type PersistedDocuments } from '../graphql/persisted-documents.js';
import { type Clock, systemClock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { createMetricsRegistry, type MetricsRegistry } from '../platform/metrics/registry.js';
import { noTracing, type Tracing } from '../platform/tracing/tracing.js';
import type { Authenticate } from './authentication.js';
import { createCallerOf, type TrustedProxies } from './client-address.js';
import type { GraphiqlPage } from './graphiql/page.js';
import { createApollo } from './http/apollo.js';
import { createApp } from './http/app.js';
import { addCors } from './http/cors.js';
import { addGraphqlRoute } from './http/graphql-route.js';
import { addHealthRoutes } from './http/health.js';
import { addMetricsRoutes } from './http/metrics.js';
import { observeRequests } from './http/observe-requests.js';
import { addRoutes, type Route } from './http/routes.js';
import { defaultTransportLimits, type TransportLimits } from './limits.js';
import type { AllowedOrigins } from './origins.js';
import { noRateLimits, type RateLimits } from './rate-limits.js';
import { fanOutObserver } from './websocket/fan-out-metrics.js';
import { createGateway } from './websocket/gateway.js';
import { createGatewayMetrics } from './websocket/metrics.js';
import { createSignIn, type EndedAccess } from './websocket/sign-in.js';

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
  /** Which web pages may use the server; those of this host unless told. */
  readonly origins?: AllowedOrigins;
  /** Whose `X-Forwarded-For` counts; nobody's unless told. */
  readonly trustedProxies?: TrustedProxies;
  /** Documents that clients may name by their hash; none unless told. */
  readonly documents?: PersistedDocuments;
  /** Whether people reach this server by https only. */
  readonly secure?: boolean;
  /** How much callers may ask for; any amount unless told. */
  readonly rateLimits?: RateLimits;
  /** Resolves when `endAccess` was called for all that had ended before. */
  readonly endingsHeard?: () => Promise<void>;
  readonly observation?: Observation;
  /** Whether Apollo Server executes what comes over HTTP, slower and with the same answers: what the executor is compared with. */
  readonly executesByApollo?: boolean;
}

/** How the server is watched by those who run it. */
export interface Observation {
  /** Whether requests, operations and events are counted, logged and traced at all. */
  readonly enabled: boolean;
  /** Where the metrics are. */
  readonly registry: MetricsRegistry;
  /** `/metrics` on this port, behind a token unless null; none when it is undefined. */
  readonly routes?: { readonly token: string | null } | undefined;
  readonly tracing: Tracing;
  /** Names of operations that may become labels. */
  readonly knownOperations: readonly string[];
  /** What takes longer is logged with its statements; 0 logs none. */
  readonly slowOperationMs: number;
}

/** The server of GraphQL over HTTP and WebSocket, and of health. */
export interface HttpServer {
  /** Listens. `url` has no path; for a server that listens everywhere it is that of this machine. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes nothing new, lets running requests end, closes sockets with 1012; cuts what is left after `shutdownMs`. */
  stop(): Promise<void>;
  /** Ends the subscriptions of a session or a user that is no more, and closes its sockets with 4403. */
  endAccess(of: EndedAccess): void;
  /** Closes every socket with 1012, in batches, so that clients come again with their cursors. */
  renewSockets(): void;
}

/** Creates the server; nothing listens before `start`. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { schema, services, authenticate, introspection, graphiql, logger, clock = systemClock } = options;
  const limits = { ...defaultTransportLimits, ...options.limits };
  const guard = createDocumentGuard({ schema, limits: limits.document, introspection });
  const apollo = createApollo({ schema, guard, logger });
  const executor = createExecutor(schema);
  const { socketsPerUser } = limits;
  const signIn = createSignIn({ authenticate, clock, logger, socketsPerUser });
  const { enabled, registry, routes, tracing, ...naming } = options.observation ?? unobserved();
  const metrics = createGatewayMetrics(registry);
  const operations = createOperationLog({
    registry,
    logger,
    knownNames: naming.knownOperations,
    slowMs: naming.slowOperationMs,
  });
  const { endingsHeard = async () => {}, origins = 'same' } = options;
  const fanOut = createFanOut({
    endingsHeard,
    observer: fanOutObserver(metrics, clock),
    around: enabled ? observeEvents(tracing) : undefined,
  });
  const observed = { operations, tracing, logger };
  const documents = options.documents ?? createPersistedDocuments(null, false);
  const plain = createExecution({ schema, executor, guard, documents, fanOut });
  const execution = enabled ? observedExecution(plain, observed) : plain;
  const { rateLimits = noRateLimits } = options;
  const callerOf = createCallerOf(options.trustedProxies);
  const gateway = createGateway({
    ...{ execution, services, signIn, limits, rateLimits, logger, metrics, origins, callerOf },
  });

  const state = { started: false, stopping: false };
  const app = createApp({ limits, logger, state, secure: options.secure ?? false });
  if (enabled) observeRequests(app, { registry, ...observed });
  addCors(app, origins);
  addGraphqlRoute(app, {
    ...{
      apollo,
      executor: options.executesByApollo ? null : executor,
      guard,
      documents,
      services,
      authenticate,
      callerOf,
      rateLimits,
      graphiql,
      logger,
      tracing,
    },
  });
  if (routes) addMetricsRoutes(app, { registry, ...routes });
  addHealthRoutes(app, async () => !state.stopping && (await options.ready()));
  addRoutes(app, options.routes ?? []);
  app.server.on('upgrade', gateway.upgrade);

  async function close(): Promise<void> {
    state.stopping = true;
    const cut = setTimeout(() => app.server.closeAllConnections(), limits.shutdownMs);
    // Readiness answers 503 while the sockets go, so that a balancer sends nobody here any more.
    await gateway.stop();
    await app.close();
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
    endAccess: signIn.endAccess,
    renewSockets: () => void gateway.closeAll(),
  };
}

function unobserved(): Observation {
  return {
    enabled: true,
    registry: createMetricsRegistry(),
    routes: { token: null },
    tracing: noTracing,
    knownOperations: [],
    slowOperationMs: 0,
  };
}

/** How this machine reaches a server that listens on `host`. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
