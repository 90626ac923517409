import type { FaultyServer, OwnServer } from './faulty-server.js';
import type { Figures } from './figures.js';
import { reconnects, slowClients } from './rows/crowds.js';
import { apiKilled, apiTerminated, deploy } from './rows/endings.js';
import { commitUnheard, databaseFrozen, databaseStopped } from './rows/outages.js';
import { diskFull, filesExhausted } from './rows/resources.js';
import { restoreDrill } from './rows/restore.js';
import { clockShifts, workerClock } from './rows/worker-clock.js';
import type { ApiProcess, FaultSystem } from './system.js';

/** What all rows are played on. */
export interface Stage {
  readonly system: FaultSystem<FaultyServer & { readonly own: OwnServer }>;
  /** An API that no scenario ends. */
  readonly api: ApiProcess;
  /** The small disk that PostgreSQL is on; null where none may be mounted. */
  readonly disk: string | null;
}

/** How a row is played. */
export interface Play {
  /** In full, or small for the suite. */
  readonly full: boolean;
  /** Counts the repeats of a row, from 0. */
  readonly repeat: number;
}

/** A row of the table in docs/operations/faults.md. */
export interface FaultRow {
  readonly id: string;
  readonly fault: string;
  readonly promise: string;
  /** What holds it, in Markdown; `scripts/guards/faults.ts` takes it out. */
  readonly guard: string;
  /** The test of the suite that has its short form, when that is not `run` itself. */
  readonly short?: string;
  run(stage: Stage, figures: Figures, play: Play): Promise<void>;
}

const busy = { rooms: 4, subscribersPerRoom: 25 };
const calm = { rooms: 2, subscribersPerRoom: 10 };

/** The rows in the order of the table. */
export const faultRows: readonly FaultRow[] = [
  {
    id: 'database-stopped',
    fault: 'PostgreSQL is stopped',
    promise:
      '`SERVICE_UNAVAILABLE` within 1 s, ready 503, live 200, well again within 2 s of its return, no restart',
    guard:
      'Held by `platform/database/failures.ts`, which knows every shape of an outage, and by a pool that connects anew for each caller.',
    run: ({ system, api }, figures) => databaseStopped(system, api, figures),
  },
  {
    id: 'database-frozen',
    fault: 'PostgreSQL is frozen (SIGSTOP), or the way to it is a black hole',
    promise: 'fails within 2.5 s, the pool is whole afterwards',
    guard:
      'Held by `platform/database/pulse.ts` ([decision 100](../decisions/0100-a-silent-server-is-found-by-asking.md)). By turns the server is frozen and the way to it.',
    run: ({ system, api }, figures, { repeat }) => {
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
    guard:
      'Held by `platform/idempotency` and by client ids of messages and board operations. Three mutations: one transaction of several statements, two of a single one.',
    run: ({ system, api }, figures) => commitUnheard(system, api, figures),
  },
  {
    id: 'api-terminated',
    fault: 'API: SIGTERM under load',
    promise: 'no failed request behind a retrying client, sockets resume, 15 s at most',
    guard:
      'Held by `transport/server.ts` and `gateway.ts`: what came is answered, sockets end with 1012. One client never answers the close frame, one never sends the rest of its request. 4 rooms with 25 subscribers each.',
    short: 'the deployment below ends the old version in the same way',
    run: ({ system }, figures) => apiTerminated(system, busy, figures),
  },
  {
    id: 'api-killed',
    fault: 'API: `kill -9` under load',
    promise: 'clients resume, nothing lost',
    guard: 'Held by the channel log: change and event are one commit, and clients resume at their cursors.',
    short: '`tests/realtime/killed-api.test.ts`',
    run: ({ system }, figures) => apiKilled(system, busy, figures),
  },
  {
    id: 'disk-full',
    fault: 'the disk of PostgreSQL is full',
    promise: 'fails closed, recovers',
    guard:
      "Held by `failures.ts` (53100) and PostgreSQL's own care; the disk is a tmpfs. When no log can be written, PostgreSQL ends itself: the embedded one is brought back by the processes that use it, here the test does so.",
    run({ system, disk }, figures) {
      if (disk === null) throw new Error('this row needs the right to mount a disk: run it as root');
      return diskFull(system, disk, figures);
    },
  },
  {
    id: 'files-exhausted',
    fault: 'too many open files',
    promise: 'fails closed, recovers',
    guard:
      'Held by `failures.ts` (EMFILE). The API may open 16 files more (`prlimit`), visitors who say nothing take each that is free, and its connections to the database are cut.',
    run: ({ system }, figures) => filesExhausted(system, figures),
  },
  {
    id: 'slow-clients',
    fault: '1,000 slow, half-open and half-sent clients',
    promise: 'memory bounded, the latency of others unhurt, gone within 40 s',
    guard:
      'Held by pings (25 s and 10 s), `WS_OUTGOING_BYTES` and `HTTP_HEADERS_SECONDS`. 500 subscribe and read no more, 250 are behind a line that went dead, 250 send half a request. 20 others go on in the same room, at 3 KB a message.',
    run: ({ system }, figures, { full }) =>
      slowClients(
        system,
        full
          ? { clients: 1_000, pingSeconds: 25, pongSeconds: 10, headersSeconds: 10, goneWithinS: 40 }
          : { clients: 100, pingSeconds: 1, pongSeconds: 1, headersSeconds: 2, goneWithinS: 8 },
        figures,
      ),
  },
  {
    id: 'reconnects',
    fault: '5,000 sockets reconnect at once',
    promise: 'all resumed within 20 s, the history of each channel read once',
    guard:
      'Held by `channels/tail.ts` ([decision 47](../decisions/0047-a-storm-reads-history-once.md)). 50 rooms, five messages each while all were away. The clients are one process on the same machine.',
    run: ({ system }, figures, { full }) =>
      reconnects(system, full ? { sockets: 5_000, rooms: 50 } : { sockets: 300, rooms: 6 }, figures),
  },
  {
    id: 'deploy',
    fault: 'a deployment: a new version is started while the old one serves',
    promise: 'no failed request behind a retrying client, no lost event',
    guard:
      'Held as the two rows of a killed and an ended API, and by statements that name their columns: two tables get a column while the old version serves ([decision 103](../decisions/0103-a-deployment-is-a-hand-over.md)).',
    run: ({ system }, figures, { full }) => deploy(system, full ? busy : calm, figures),
  },
  {
    id: 'worker-clock',
    fault: 'the clock of the worker is an hour off, ahead or behind',
    promise: 'no early, late or double delivery',
    guard:
      "Held by the queue, which goes by the database's clock, and by `platform/database/database-clock.ts` ([decision 101](../decisions/0101-the-clock-of-the-database.md)).",
    run: ({ system }, figures, { repeat }) =>
      workerClock(system, clockShifts[repeat % 2] ?? clockShifts[0], figures),
  },
  {
    id: 'restore',
    fault: 'a restore from a base backup, under clients and an API that go on',
    promise: '`ChannelReset` (`EPOCH_CHANGED`) for cursors that the backup does not know, not silence',
    guard:
      'Held by the tags of cursors and by [decision 102](../decisions/0102-a-replaced-log-is-found-when-the-connection-returns.md). The drill of [backup.md](backup.md).',
    run: ({ system }, figures) => restoreDrill(system, figures),
  },
];
