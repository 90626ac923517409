import type { FaultyServer, OwnServer } from './faulty-server.js';
import type { Figures } from './figures.js';
import { reconnects, slowClients } from './rows/crowds.js';
import { apiKilled, apiTerminated, deploy } from './rows/endings.js';
import { commitUnheard, databaseFrozen, databaseStopped } from './rows/outages.js';
import { filesExhausted } from './rows/resources.js';
import { restoreDrill } from './rows/restore.js';
import { clockShifts, workerClock } from './rows/worker-clock.js';
import type { ApiProcess, FaultSystem } from './system.js';

/** What the rows of one file share. */
export interface Stage {
  readonly system: FaultSystem<FaultyServer & { readonly own: OwnServer }>;
  /** An API that no scenario ends. */
  readonly api: ApiProcess;
  /** Counts the repeats of a row, from 0. */
  readonly repeat: number;
}

/** A row of the table in docs/operations/faults.md. */
export interface FaultRow {
  readonly id: string;
  readonly fault: string;
  readonly promise: string;
  /** What holds it, and what was seen when that was taken away. */
  readonly guard: string;
  /** In full; the short form is in rows.test.ts. Null for one that needs a stage of its own. */
  readonly run: ((stage: Stage, figures: Figures) => Promise<void>) | null;
}

const busy = { rooms: 4, subscribersPerRoom: 25 };

/** The rows in the order of the table. */
export const faultRows: readonly FaultRow[] = [
  {
    id: 'database-stopped',
    fault: 'PostgreSQL is stopped',
    promise:
      '`SERVICE_UNAVAILABLE` within 1 s, ready 503, live 200, well again within 2 s of its return, no restart',
    guard: '',
    run: ({ system, api }, figures) => databaseStopped(system, api, figures),
  },
  {
    id: 'database-frozen',
    fault: 'PostgreSQL is frozen (SIGSTOP), or the way to it is a black hole',
    promise: 'fails within 2.5 s, the pool is whole afterwards',
    guard: '',
    run: ({ system, api, repeat }, figures) => {
      // By turns the server itself and the way to it.
      const { server } = system;
      const freeze = repeat % 2 ? async () => server.link.freeze() : server.freeze;
      return databaseFrozen({ ...system, server: { ...server, freeze } }, api, figures);
    },
  },
  {
    id: 'commit-unheard',
    fault: 'the answer to COMMIT is lost',
    promise: 'a retry with the same key has no second effect',
    guard: '',
    run: ({ system, api }, figures) => commitUnheard(system, api, figures),
  },
  {
    id: 'api-terminated',
    fault: 'API: SIGTERM under load',
    promise: 'no failed request behind a retrying client, sockets resume, 15 s at most',
    guard: '',
    run: ({ system }, figures) => apiTerminated(system, busy, figures),
  },
  {
    id: 'api-killed',
    fault: 'API: `kill -9` under load',
    promise: 'clients resume, nothing lost',
    guard: '',
    run: ({ system }, figures) => apiKilled(system, busy, figures),
  },
  {
    id: 'disk-full',
    fault: 'the disk of PostgreSQL is full',
    promise: 'fails closed, recovers',
    guard: '',
    run: null,
  },
  {
    id: 'files-exhausted',
    fault: 'too many open files',
    promise: 'fails closed, recovers',
    guard: '',
    run: ({ system }, figures) => filesExhausted(system, figures),
  },
  {
    id: 'slow-clients',
    fault: '1,000 slow, half-open and half-sent clients',
    promise: 'memory bounded, the latency of others unhurt, gone within 40 s',
    guard: '',
    run: ({ system }, figures) =>
      slowClients(
        system,
        { clients: 1_000, pingSeconds: 25, pongSeconds: 10, headersSeconds: 10, goneWithinS: 40 },
        figures,
      ),
  },
  {
    id: 'reconnects',
    fault: '5,000 sockets reconnect at once',
    promise: 'all resumed within 20 s, the history of each channel read once',
    guard: '',
    run: ({ system }, figures) => reconnects(system, { sockets: 5_000, rooms: 50 }, figures),
  },
  {
    id: 'deploy',
    fault: 'a deployment: a new version is started while the old one serves',
    promise: 'no failed request behind a retrying client, no lost event',
    guard: '',
    run: ({ system }, figures) => deploy(system, busy, figures),
  },
  {
    id: 'worker-clock',
    fault: 'the clock of the worker is an hour off, ahead or behind',
    promise: 'no early, late or double delivery',
    guard: '',
    run: ({ system, repeat }, figures) =>
      workerClock(system, clockShifts[repeat % 2] ?? clockShifts[0], figures),
  },
  {
    id: 'restore',
    fault: 'a restore from a base backup, under clients and an API that go on',
    promise: '`ChannelReset` (`EPOCH_CHANGED`) for cursors that the backup does not know, not silence',
    guard: '',
    run: ({ system }, figures) => restoreDrill(system, figures),
  },
];
