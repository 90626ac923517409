import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.js';
import type { Database, UnitOfWork } from '../../platform/database/database.js';
import { calendarText } from '../../platform/icalendar/calendar.js';
import type { Viewer } from '../../shared/viewer.js';
import { findFeedEvents } from './calendar-lessons.js';
import { type FeedKey, findKey, findOwner, putKey, removeKey } from './store.js';

/** How far back a feed goes. */
const pastDays = 90;

/** Where somebody's calendar can be subscribed to. */
export interface CalendarFeed {
  readonly url: string;
}

interface CalendarFeedOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** The server's own secret. */
  readonly secret: string;
  /** Where people reach the API, such as `https://school.example.org`. */
  readonly publicUrl: string;
}

/** Private calendar feeds: whoever has the address may read, and nobody can guess it. */
export function createCalendarFeedService({ database, clock, secret, publicUrl }: CalendarFeedOptions) {
  /** 256 bits that only this server can make of the key. */
  const secretOf = (key: string) =>
    createHmac('sha256', secret).update(`calendar-feed:${key}`).digest('base64url');
  const hashOf = (feedSecret: string) => createHash('sha256').update(feedSecret).digest('hex');
  const newKey = (): FeedKey => {
    const key = randomUUID();
    return { key, hash: hashOf(secretOf(key)) };
  };
  const feedOf = ({ key }: FeedKey): CalendarFeed => ({ url: `${publicUrl}/calendar/${secretOf(key)}.ics` });

  return {
    /** The viewer's feed; its address is made at the first time of asking. */
    async feed({ organizationId, userId }: Viewer): Promise<CalendarFeed> {
      const kept = await findKey(database, organizationId, userId);
      // A key of another server's secret: its address cannot be told any more.
      const usable = kept && hashOf(secretOf(kept.key)) === kept.hash;
      return feedOf(usable ? kept : await putKey(database, organizationId, userId, newKey(), kept));
    },

    /** Gives the viewer's feed a new address; the old one ends at once. */
    async rotate({ organizationId, userId }: Viewer): Promise<CalendarFeed> {
      const kept = await findKey(database, organizationId, userId);
      return feedOf(await putKey(database, organizationId, userId, newKey(), kept));
    },

    /** Ends the address of somebody's feed within a transaction; the next one is made when they ask for it. */
    end: (tx: UnitOfWork, { organizationId, userId }: Pick<Viewer, 'organizationId' | 'userId'>) =>
      removeKey(tx, organizationId, userId),

    /** The calendar that a secret opens, as iCalendar text; null for any other text. */
    async read(feedSecret: string): Promise<string | null> {
      const owner = await findOwner(database, hashOf(feedSecret));
      if (!owner) return null;
      const from = new Date(clock.now().getTime() - pastDays * 86_400_000);
      // To the day, so that the text stays the same while nothing changes.
      from.setUTCHours(0, 0, 0, 0);
      const events = await findFeedEvents(database, owner.organizationId, owner.userId, from);
      return calendarText({ method: 'PUBLISH', name: owner.organizationName, events });
    },
  };
}

/** Calendar feeds, as `createCalendarFeedService` makes them. */
export type CalendarFeedService = ReturnType<typeof createCalendarFeedService>;
