import { createApi } from '../../src/app/api.js';
import { type Foundation, type FoundationOverrides, openFoundation } from '../../src/app/foundation.js';
import { createLogger } from '../../src/platform/logger.js';
import { createSocketClient, type SocketClient } from '../testkit/socket-client.js';
import type { TestApp } from '../testkit/start-app.js';

/** Another API process on the database of a test's app. */
export interface SecondNode {
  readonly wsUrl: string;
  readonly port: number;
  readonly foundation: Foundation;
  socket(accessToken: string): SocketClient;
  stop(): Promise<void>;
}

/** Starts it; call `stop` before the app's. */
export async function startSecondNode(
  app: TestApp,
  overrides: FoundationOverrides = {},
): Promise<SecondNode> {
  const logger = createLogger({ level: 'silent', pretty: false });
  const foundation = await openFoundation({ ...app.foundation.config, port: 0 }, logger, overrides);
  const api = createApi(foundation);
  const { url, port } = await api.start();
  const wsUrl = url.replace(/^http/, 'ws');
  const sockets: SocketClient[] = [];
  return {
    wsUrl,
    port,
    foundation,
    socket(accessToken) {
      const socket = createSocketClient(wsUrl, accessToken, {});
      sockets.push(socket);
      return socket;
    },
    async stop() {
      await Promise.all(sockets.map((socket) => socket.dispose()));
      await api.stop();
      await foundation.stop();
    },
  };
}
