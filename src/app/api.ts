import type { DemoAccount } from '../demo/load-demo-data.js';
import { schema } from '../graphql/schema.js';
import { createCalendarFeedRoute } from '../modules/calendar-feed/route.js';
import { createUnsubscribeLinks } from '../modules/notifications/delivery/unsubscribe-links.js';
import { unsubscribeRoutes } from '../modules/notifications/preferences/unsubscribe.js';
import { createGraphiqlPage } from '../transport/graphiql/page.js';
import { createRateLimits } from '../transport/rate-limits.js';
import { createHttpServer } from '../transport/server.js';
import type { Foundation } from './foundation.js';
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
  const { config, logger, channels } = foundation;
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
  });
  channels.onEnded(server.endAccess);
  return {
    async start() {
      await channels.start();
      services.presence.start();
      const { url, port } = await server.start();
      return { origin: url, url: `${url}/graphql`, port };
    },
    async stop() {
      await server.stop();
      await services.presence.stop();
      await channels.stop();
    },
  };
}
