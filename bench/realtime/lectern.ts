import { createChannels } from '../../dist/channels/channels.js';
import { createLogger } from '../../dist/platform/logger.js';
import { createHttpServer } from '../../dist/transport/server.js';
import type { Contender } from './server.js';
import { joined, messageSent, schemaOf } from './workload.js';

const room = (name: string) => `chat:${name}`;

/**
 * Lectern's whole way from a committed event to the sockets: tail, fan-out, execution, gateway. Only the database is
 * none: an empty log, no endings. What it adds for each event is in the measurement of the durable message.
 */
export function lectern(): Contender {
  const database = {
    sql: async (text: string) => (text.includes('ARRAY(') ? [{ xmin: '1', channels: [] }] : []),
  };
  const bus = { publish() {}, onWake() {}, onResume() {} };
  const logger = createLogger({ level: 'warn', pretty: false });
  const channels = createChannels({ database: database as never, bus, logger });
  const schema = schemaOf((name, { viewer }) =>
    channels
      .subscribe({
        channel: room(name),
        userId: viewer?.userId ?? '',
        accessClass: 'participant',
        authorize: async () => {},
      })
      .map(async (item) => (item.type === 'event' ? item.event.payload : joined)),
  );
  let users = 0;
  const off = {
    socketsPerUser: 0,
    socketsPerAddress: 0,
    socketsBeforeInit: 0,
    messagesPerWindow: 0,
    operationsPerSocket: 0,
    outgoingBytes: 0,
  };
  const server = createHttpServer({
    schema,
    services: {} as never,
    authenticate: async () => ({
      viewer: {
        userId: `user ${users}`,
        organizationId: 'school',
        sessionId: `session ${users++}`,
        role: 'TUTOR',
        displayName: 'Olena',
        timeZone: 'Europe/Kyiv',
        locale: 'uk',
      },
      expiresAt: new Date(Date.now() + 15 * 60_000),
    }),
    limits: off,
    introspection: false,
    graphiql: null,
    ready: async () => true,
    endingsHeard: channels.endingsHeard,
    logger,
    host: '127.0.0.1',
    port: 0,
  });
  return {
    start: async () => (await server.start()).port,
    emit: (seq) =>
      channels.committed([
        {
          ...{ channel: room('all'), seq, tag: String(seq), kind: 'message.sent', actorId: null },
          payload: messageSent(seq),
          occurredAt: new Date(),
        },
      ]),
  };
}
