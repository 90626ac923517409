import type { Channels } from '../../channels/channels.js';
import type { NewEvent } from '../../channels/events.js';
import { recordAudit } from '../../platform/audit/record.js';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import { encodeId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import type { AccountService } from '../accounts/service.js';
import { eraseRows, type Person } from './erase.js';
import { type ExportedTable, exportRows } from './export.js';

/** Ends what a person takes part in, so that others are told, and gives the events to append last. */
export type Leaving = (tx: UnitOfWork, person: Person) => Promise<readonly NewEvent[]>;

export interface PrivacyServiceOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly clock: Clock;
  readonly accounts: Pick<
    AccountService,
    'requireHolder' | 'lockPeople' | 'revokeSessions' | 'endSockets' | 'othersOfAddress' | 'unproven'
  >;
  /** In this order: lessons are cancelled while the relations that they rest on still stand. */
  readonly leavings: readonly Leaving[];
}

/** What is known about a person, at one moment. */
export interface AccountExport {
  readonly createdAt: Date;
  readonly tables: readonly ExportedTable[];
}

/** For so long an account whose address is not proved is kept for nobody. */
const unprovenMs = 30 * 86_400_000;
/** Characters of an export that an answer may hold. */
const maxExport = 20_000_000;

/** The rights of people over what is known about them: to have it given out, and to have it erased. */
export function createPrivacyService(options: PrivacyServiceOptions) {
  const { database, channels, clock, accounts, leavings } = options;

  /** What is known about a person, for an operator who has checked who asks. */
  async function exportPerson(person: Person, actorId: string | null): Promise<AccountExport> {
    return database.transaction(async (tx) => {
      const tables: ExportedTable[] = [];
      for await (const table of exportRows(tx, person.userId)) tables.push(table);
      const subject = encodeId('user', person.userId);
      const { organizationId } = person;
      await recordAudit(tx, { organizationId, actorId, action: 'account.exported', subject });
      return { createdAt: clock.now(), tables };
    });
  }

  /**
   * Erases a person, and with them the accounts that others made with the address which the person has proved: it is
   * theirs to have erased everywhere.
   */
  async function erasePerson(person: Person, actorId: string | null): Promise<void> {
    const { organizationId, userId } = person;
    const others = await accounts.othersOfAddress(database, organizationId, userId);
    await eraseOne(person, actorId);
    for (const other of others) await eraseOne(other, null);
  }

  /** Sessions and sockets end, lessons and relations too, and no text about the person is left. */
  async function eraseOne(person: Person, actorId: string | null): Promise<void> {
    const { userId, organizationId } = person;
    await database.transaction(async (tx) => {
      await accounts.lockPeople(tx, organizationId, [userId]);
      const sessions = await accounts.revokeSessions(tx, userId);
      const events: NewEvent[] = [];
      for (const leave of leavings) events.push(...(await leave(tx, person)));
      await eraseRows(tx, person);
      const subject = encodeId('user', userId);
      await recordAudit(tx, { organizationId, actorId, action: 'account.erased', subject });
      if (events.length > 0) await channels.append(tx, events);
      await accounts.endSockets(tx, sessions);
    });
  }

  return {
    exportPerson,
    erasePerson,

    /**
     * Erases accounts, `limit` at most, that did not prove their address within 30 days and that nobody has to do with;
     * gives how many. Nobody's address is kept for long because a stranger has signed up with it.
     */
    async eraseUnproven(limit: number): Promise<number> {
      const before = new Date(clock.now().getTime() - unprovenMs);
      const people = await accounts.unproven(database, before, limit);
      for (const person of people) await eraseOne(person, null);
      return people.length;
    },

    /** The viewer's own data, as JSON. Fails with INVALID_CREDENTIALS, and EXPORT_TOO_LARGE past 20 million characters. */
    async exportOwn(viewer: Viewer, password: string): Promise<{ createdAt: Date; data: string }> {
      await accounts.requireHolder(viewer, password, 'input.password');
      const { createdAt, tables } = await exportPerson(viewer, viewer.userId);
      const data = JSON.stringify(Object.fromEntries(tables.map(({ table, rows }) => [table, rows])));
      if (data.length > maxExport) throw new AppError('EXPORT_TOO_LARGE');
      return { createdAt, data };
    },

    /** Erases the viewer. Fails with INVALID_CREDENTIALS. */
    async eraseOwn(viewer: Viewer, password: string): Promise<void> {
      await accounts.requireHolder(viewer, password, 'input.password');
      await erasePerson(viewer, viewer.userId);
    },
  };
}

/** The rights of people over their data, as `createPrivacyService` makes them. */
export type PrivacyService = ReturnType<typeof createPrivacyService>;
