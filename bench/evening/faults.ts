import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { FaultyServer, OwnServer } from '../../tests/faults/faulty-server.js';
import { commitName } from '../../tests/faults/rows/outages.js';
import type { ApiProcess, FaultSystem } from '../../tests/faults/system.js';
import type { SystemProcess } from '../../tests/processes/process-fixture.js';

/** What runs in the evening, and is replaced when it has ended. */
export interface Evening {
  readonly system: FaultSystem<FaultyServer & { readonly own: OwnServer }>;
  /** One API goes on all the time, and one worker. The others are ended and replaced. */
  readonly steady: ApiProcess;
  other: ApiProcess;
  otherWorker: SystemProcess;
  startApi(): Promise<ApiProcess>;
  startWorker(): SystemProcess;
  /** Ends the sockets of everybody, without a word. */
  cutSockets(): void;
}

/** A fault that begins and is over when it resolves. */
export interface Fault {
  readonly name: string;
  readonly happen: (evening: Evening) => Promise<void>;
}

/** The table of docs/operations/faults.md, as far as it fits into an evening. */
export const faults: readonly Fault[] = [
  {
    name: 'PostgreSQL is stopped for 2 s',
    happen: async ({ system: { server } }) => {
      await server.stop();
      await pause(2_000);
      await server.back();
    },
  },
  {
    name: 'PostgreSQL is frozen for 4 s',
    happen: async ({ system: { server } }) => {
      await server.freeze();
      await pause(4_000);
      await server.back();
    },
  },
  {
    name: 'the way to PostgreSQL is a black hole for 4 s',
    happen: async ({ system: { server } }) => {
      server.link.freeze();
      await pause(4_000);
      await server.back();
    },
  },
  {
    name: 'connections to PostgreSQL break',
    happen: async ({ system: { server } }) => {
      await server.link.cut();
      await server.back();
    },
  },
  {
    name: 'PostgreSQL is 20 ms further away for 5 s',
    happen: async ({ system: { server } }) => {
      server.link.delay(20);
      await pause(5_000);
      server.link.delay(0);
    },
  },
  {
    name: 'three answers to COMMIT are lost',
    happen: async ({ system: { server } }) => {
      for (let n = 0; n < 3; n++) await Promise.race([server.link.swallowAnswerTo(commitName), pause(3_000)]);
    },
  },
  {
    name: 'API: kill -9',
    happen: async (evening) => {
      evening.other.child.kill('SIGKILL');
      await evening.other.ended;
      evening.other = await evening.startApi();
    },
  },
  {
    name: 'a deployment: a new API is started, then the old one is told to end',
    happen: async (evening) => {
      const old = evening.other;
      evening.other = await evening.startApi();
      old.child.kill('SIGTERM');
      await old.ended;
    },
  },
  {
    name: 'worker: kill -9',
    happen: async (evening) => {
      evening.otherWorker.child.kill('SIGKILL');
      await evening.otherWorker.ended;
      evening.otherWorker = evening.startWorker();
    },
  },
  {
    name: 'worker: frozen for 8 s',
    happen: async ({ otherWorker: { child } }) => {
      child.kill('SIGSTOP');
      await pause(8_000);
      child.kill('SIGCONT');
    },
  },
  {
    name: 'all sockets are cut',
    happen: async ({ cutSockets }) => cutSockets(),
  },
  {
    name: '200 sockets that say nothing and read nothing',
    happen: async ({ steady }) => {
      const sockets = Array.from({ length: 200 }, () => {
        const socket = new WebSocket(steady.url.replace('http', 'ws'), 'graphql-transport-ws');
        socket.on('error', () => {});
        socket.on('open', () => (socket as unknown as { _socket: { pause(): void } })._socket.pause());
        return socket;
      });
      await pause(6_000);
      for (const socket of sockets) socket.terminate();
    },
  },
];
