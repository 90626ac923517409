import type { DemoAccount } from '../demo/load-demo-data.js';
import { knownOperations } from '../graphql/known-operations.js';
import { schema } from '../graphql/schema.js';
import { createCalendarFeedRoute } from '../modules/calendar-feed/route.js';
import { createUnsubscribeLinks } from '../modules/notifications/delivery/unsubscribe-links.js';
import { unsubscribeRoutes } from '../modules/notifications/preferences/unsubscribe.js';
import { createExportRoutes } from '../modules/room-exports/routes.js';
import { AppError } from '../shared/errors.js';
import { bearerToken } from '../transport/authentication.js';
import { createGraphiqlPage } from '../transport/graphiql/page.js';
import { createRateLimits } from '../transport/rate-limits.js';
import { createHttpServer } from '../transport/server.js';
import type { Foundation } from './foundation.js';
import { metricsServerOf } from './metrics-server.js';
import { persistedDocuments } from './persisted-documents.js';
import { createServices } from './services.js';

/** Where a running API answers. */
export interface ApiAddress {
  /** `http://host:port`, without a path. */
  readonly origin: string;
  /** Of GraphQL over HTTP, and of GraphiQL in a browser. */
  readonly url: string;
  readonly port: number;
}

/** The API process: HTTP, WebSocket, health. */
export interface Api {
  start(): Promise<ApiAddress>;
  /** Stops accepting, ends sockets so that clients resume elsewhere, and finishes what runs. */
  stop(): Promise<void>;
}

/** Creates the API on its foundation, which the caller closes afterwards. */
export function createApi(
  foundation: Foundation,
  options: { demoAccounts?: readonly DemoAccount[] } = {},
): Api {
  const { config, logger, channels, metrics, tracing } = foundation;
  const services = createServices(foundation);
  const server = createHttpServer({
    schema,
    services,
    authenticate: services.accounts.authenticate,
    introspection: config.introspection,
    graphiql: config.graphiql ? createGraphiqlPage({ demoAccounts: options.demoAccounts ?? [] }) : null,
    ready: foundation.ready,
    routes: [
      createCalendarFeedRoute(services.calendarFeeds),
      ...createExportRoutes({
        exports: services.roomExports,
        async viewerOf(headers) {
          const token = bearerToken(headers);
          if (token === null) throw new AppError('UNAUTHENTICATED');
          return (await services.accounts.authenticate(token)).viewer;
        },
      }),
      ...unsubscribeRoutes(
        createUnsubscribeLinks(foundation.secret, config.publicUrl),
        services.notificationPreferences,
      ),
    ],
    logger: logger.child({ part: 'http' }),
    host: config.host,
    port: config.port,
    clock: foundation.clock,
    limits: { ...config.httpLimits, ...config.socketLimits, document: config.documentLimits },
    trustedProxies: config.trustedProxies,
    rateLimits: createRateLimits(foundation.createLimiter, config.operationBudgets),
    documents: persistedDocuments(config),
    secure: config.production && config.publicUrl.startsWith('https:'),
    origins: config.allowedOrigins,
    endingsHeard: channels.endingsHeard,
    observation: {
      enabled: config.observed,
      registry: metrics.registry,
      routes: config.metricsPort === null ? { token: config.metricsToken } : undefined,
      tracing,
      knownOperations: [...knownOperations, ...config.metricsOperations],
      slowOperationMs: config.slowOperationMs,
    },
  });
  const metricsServer = config.metricsPort === null ? null : metricsServerOf(foundation, config.metricsPort);
  channels.onEnded(server.endAccess);
  channels.onReplaced(server.renewSockets);
  return {
    async start() {
      await channels.start();
      services.presence.start();
      await metricsServer?.start();
      const { url, port } = await server.start();
      return { origin: url, url: `${url}/graphql`, port };
    },
    async stop() {
      await server.stop();
      await services.presence.stop();
      await services.accounts.stop();
      await channels.stop();
      await metricsServer?.stop();
    },
  };
}
