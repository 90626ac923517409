import type { Database, Queryable } from '../platform/database/database.js';
import type { NewEvent } from './events.js';
import { gather } from './gather.js';

/** Whose access to everything can end at once. */
export type EndingKind = 'session' | 'user';

/** A session or a user that is no more. */
export interface Ending {
  readonly kind: EndingKind;
  /** UUID. */
  readonly id: string;
}

const endedKind = 'ended';

/** The event that ends every socket of a session or a user; append it in the transaction that ends the thing itself. */
export function ended(kind: EndingKind, id: string): NewEvent {
  return { channel: `${kind}:${id}`, kind: endedKind, actorId: null, payload: {} };
}

/** The control channel in a name, or null for a channel that people watch. */
export function endingOf(channel: string): Ending | null {
  const [kind, id] = channel.split(':');
  return (kind === 'session' || kind === 'user') && id ? { kind, id } : null;
}

/**
 * What has ended, as this node hears of it. There is no follower per socket: control channels hold nothing else, so
 * that one small query over recent commits finds them all.
 */
export interface Endings {
  /** Calls back for each ending, at least once. */
  listen(hear: (ending: Ending) => void): void;
  /** Resolves when everything that had ended before the call was heard. Fails when the database cannot be asked. */
  heard(): Promise<void>;
}

/** Creates the listener of the control channels. */
export function createEndings(database: Database): Endings {
  const hearers: ((ending: Ending) => void)[] = [];
  let xmin: string | null = null;

  const read = gather(async (keys: true[]) => {
    const recent = await readEnded(database, xmin);
    xmin = recent.xmin;
    for (const channel of recent.channels) {
      const ending = endingOf(channel);
      if (ending) for (const hear of hearers) hear(ending);
    }
    return new Map(keys.map((key) => [key, true]));
  });
  return {
    listen: (hear) => void hearers.push(hear),
    heard: async () => {
      await read(true);
    },
  };
}

/** The control channels that were written to by transactions from `sinceXmin` on, and the xmin to ask from next. */
async function readEnded(
  on: Queryable,
  sinceXmin: string | null,
): Promise<{ xmin: string; channels: readonly string[] }> {
  const [row] = await on.sql<{ xmin: string; channels: string[] }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin,
       ARRAY(SELECT DISTINCT channel FROM channel_event WHERE kind = 'ended' AND xid >= $1::text::xid8) AS channels`,
    sinceXmin,
  );
  return { xmin: row?.xmin ?? '0', channels: row?.channels ?? [] };
}
