import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { persistedDocuments } from '../../../dist/app/persisted-documents.js';
import { readConfig } from '../../../dist/config/config.js';
import { knownOperations } from '../../../dist/graphql/known-operations.js';
import { createTokenSigner } from '../../../dist/modules/accounts/access-tokens.js';
import { createLogger } from '../../../dist/platform/logger.js';
import { addProcessMetrics, createMetricsRegistry } from '../../../dist/platform/metrics/registry.js';
import { createLimiters } from '../../../dist/platform/rate-limits/limiter.js';
import { noTracing } from '../../../dist/platform/tracing/tracing.js';
import { createRateLimits } from '../../../dist/transport/rate-limits.js';
import { createHttpServer } from '../../../dist/transport/server.js';
import { memory, toConnection } from './settings.ts';

/**
 * Lectern's server with everything that it does for a request (token, guard, cost, limits, metrics, log) over its own schema
 * as a text, with the same resolver over the same memory as the others have.
 */
const root = new URL('../../../', import.meta.url);
const { buildSchema } = createRequire(new URL('dist/main.js', root))('graphql');
const schema = buildSchema(readFileSync(new URL('schema.graphql', root), 'utf8'));
schema.getQueryType().getFields().lessons.resolve = (_root: unknown, { first }: { first: number }) =>
  toConnection(memory ?? [], first);
schema.getType('DateTime').serialize = (value: Date) => value.toISOString();

const config = readConfig();
const registry = createMetricsRegistry();
addProcessMetrics(registry);
const signer = createTokenSigner({ current: config.jwtSecret ?? '' });

await createHttpServer({
  schema,
  services: {} as never,
  async authenticate(token: string) {
    const { userId, sessionId, expiresAt } = await signer.verify(token, new Date());
    const viewer = {
      ...{ userId, sessionId, organizationId: userId, role: 'TUTOR', plan: 'FREE' },
      ...{ displayName: 'Olena', timeZone: 'Europe/Kyiv', locale: 'uk' },
    };
    return { viewer: viewer as never, expiresAt };
  },
  introspection: config.introspection,
  graphiql: null,
  ready: async () => true,
  logger: createLogger({ level: config.logLevel, pretty: config.logPretty }).child({ part: 'http' }),
  host: config.host,
  port: config.port,
  limits: { ...config.httpLimits, ...config.socketLimits, document: config.documentLimits },
  trustedProxies: config.trustedProxies,
  rateLimits: createRateLimits(createLimiters(null), config.operationBudgets),
  documents: persistedDocuments(config),
  origins: config.allowedOrigins,
  observation: {
    enabled: config.observed,
    registry,
    routes: { token: null },
    tracing: noTracing,
    knownOperations: [...knownOperations, ...config.metricsOperations],
    slowOperationMs: config.slowOperationMs,
  },
}).start();
