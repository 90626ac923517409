import type { Exception } from '../../scripts/plans/plan-rules.js';

/** Statements that read more than they give. */
export const exceptions: readonly Exception[] = [
  {
    of: 'channels/log.ts readRecentHeads',
    rows: 5_000,
    why: 'One row tells of everything that was written since the last time, half a second ago.',
  },
  {
    of: 'modules/lessons/list.ts listLessons',
    text: /search_query/,
    rows: 10_000,
    why: 'Of a word all lessons are read that have it and the viewer may see: an index of words has no order.',
  },
  {
    of: 'modules/lessons/list.ts listLessons',
    rows: 2_500,
    why: "Of a status that is rare among one person's lessons, all lessons of that person are read.",
  },
  {
    of: 'modules/chats/room-store.ts listRooms',
    rows: 10_000,
    why: 'All rooms of one person are looked at, each with one step on an index of its messages.',
  },
  {
    of: 'modules/chats/search-store.ts searchMessages',
    rows: 15_000,
    why: 'The best are found among 1,000 messages that match, each looked at three times, in 5,000 blocks at most.',
  },
  {
    of: 'modules/relations/store.ts listRelations',
    rows: 2_500,
    why: "Of a status that is rare among one person's relations, all relations of that person are read.",
  },
  {
    of: 'modules/moderation/store.ts findNthReportTime',
    rows: 2_500,
    why: 'All reports of one person are looked at; they are limited by the day and kept for a year.',
  },
  {
    of: 'queue/sql/depth.ts readBacklog',
    rows: null,
    why: 'It counts what is due and not done, which is the depth that a scrape asks for.',
  },
  {
    of: 'modules/notifications/store.ts countUnread',
    rows: 2_000,
    why: "It counts one person's unread notifications, within their index.",
  },
  {
    of: 'modules/notifications/room-facts.ts findUnreadFacts',
    rows: 60_000,
    why: 'For each of up to 500 members it counts unread messages up to 100.',
  },
  {
    of: 'modules/chats/retention-store.ts holdForgotten',
    rows: 250_000,
    why: 'Of up to 500 rooms it looks at up to 500 of the oldest messages each, until a batch is full.',
  },
  {
    of: 'queue/sql/stats.ts readStats',
    rows: null,
    why: 'It counts all items, those that were finished within 7 days too, when an admin asks for it.',
  },
  {
    of: 'modules/accounts/user-store.ts listUsers',
    text: /ILIKE/,
    rows: null,
    why: "A part of a name or an address is looked for in the names of the admin's school.",
  },
  {
    of: 'modules/privacy/export.ts readRows',
    text: /"notification_queue_item"/,
    rows: null,
    why: 'Once in the life of an account; an index by person would be written three times by every item.',
  },
  {
    of: 'modules/privacy/erase.ts eraseRows',
    text: /"notification_queue_item"/,
    rows: null,
    why: 'Once in the life of an account; an index by person would be written three times by every item.',
  },
];

/** Indexes that no statement of the story looks into, each with the reason why it is there. */
export const unusedIndexes: Readonly<Record<string, string>> = {
  presence_node_idx: 'Nobody is online in these data, and a small table is read whole.',
  webhook_endpoint_school_idx:
    'Two schools have two endpoints each here; elsewhere many schools share the table.',
};
