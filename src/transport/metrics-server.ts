import type { AddressInfo } from 'node:net';
import type { Logger } from '../platform/logger.js';
import { createApp } from './http/app.js';
import { addMetricsRoutes, type MetricsRouteOptions } from './http/metrics.js';
import { defaultTransportLimits } from './limits.js';

export interface MetricsServerOptions extends MetricsRouteOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
}

/** A server of metrics alone: for a worker, or for an API whose own port is open to the world. */
export interface MetricsServer {
  /** Listens, and says in the log where. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Creates it; nothing listens before `start`. */
export function createMetricsServer({ host, port, logger, ...routes }: MetricsServerOptions): MetricsServer {
  const state = { stopping: false };
  const app = createApp({ limits: defaultTransportLimits, logger, state, secure: false });
  addMetricsRoutes(app, routes);
  return {
    async start() {
      await app.listen({ host, port });
      const { port: taken } = app.server.address() as AddressInfo;
      logger.info({ port: taken }, 'metrics are at /metrics');
    },
    async stop() {
      state.stopping = true;
      await app.close();
    },
  };
}
