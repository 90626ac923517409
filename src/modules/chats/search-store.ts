import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';
import { type MessageView, messageColumns } from './message-store.js';
import type { Room } from './rooms.js';

/** A message with how well it fits: how many of the words that were looked for it has whole, not only as a beginning. */
export interface FoundMessage extends MessageView {
  readonly rank: number;
}

/** Where to look, and for what. */
export interface MessageSearch {
  readonly organizationId: string;
  /** Those that may be read now, the most important first. */
  readonly rooms: readonly Pick<Room, 'id' | 'eventCursor'>[];
  readonly text: string;
  /** What was sent later is left out, so that pages fit together while people write. */
  readonly asOf: string;
}

/**
 * The bounds of one search. Blocks (4,096 places of a room, see `message_block`) are looked into from the newest of
 * each room on, until so many messages were found or so many blocks seen; the best of what was found are given.
 */
const maxBlocks = 5_000;
const maxFound = 1_000;
/** Milliseconds. It ends in SERVICE_UNAVAILABLE. */
const timeout = 2_000;

const sortColumns = [
  { name: 'm.rank', type: 'bigint' },
  { name: 'm.created_at', type: 'timestamptz' },
  { name: 'm.id', type: 'uuid' },
] as const;

/**
 * A page of the undeleted messages in which each word of the text begins a word: by rank, then the newest first; one
 * more than the page. OFFSET 0 keeps the condition on the room out of the look-up: with it the planner would rather
 * read the block and cut every message of it into words.
 */
export async function searchMessages(
  database: { transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> },
  { organizationId, rooms, text, asOf }: MessageSearch,
  page: Page,
): Promise<FoundMessage[]> {
  const ends = rooms.map(({ eventCursor }) => eventCursor.seq);
  const values: unknown[] = [organizationId, rooms.map(({ id }) => id), ends, text, asOf];
  const { where, orderAndLimit } = keyset(page, sortColumns, 'DESC', values);
  return database.transaction(async (tx) => {
    await tx.sql(`SELECT set_config('statement_timeout', '${timeout}', true)`);
    return tx.sql<FoundMessage>(
      `WITH given AS MATERIALIZED (SELECT searched_words($4::text) AS words),
       place AS (
         SELECT room.id, (room.last_seq >> 12) - block.age AS block
           FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS room (id, last_seq, position)
          CROSS JOIN LATERAL generate_series(0, room.last_seq >> 12) AS block (age)
          ORDER BY block.age, room.position LIMIT ${maxBlocks}),
       found AS (
         SELECT m.*, given.words
           FROM given CROSS JOIN place
          CROSS JOIN LATERAL (
            SELECT * FROM chat_message m
             WHERE message_terms(m.room_id, m.sequence, m.body) @@ message_query(place.id, place.block, given.words)
               AND m.deleted_at IS NULL OFFSET 0) AS m
          WHERE m.room_id = place.id AND m.organization_id = $1::uuid AND m.created_at <= $5::timestamptz
          LIMIT ${maxFound}),
       m AS (
         SELECT found.*, (
           SELECT count(*) FROM unnest(found.words) AS word
            WHERE message_block(found.room_id, found.sequence >> 12) || word
                  = ANY (tsvector_to_array(message_terms(found.room_id, found.sequence, found.body))))::int AS rank
           FROM found)
       SELECT ${messageColumns}, m.rank FROM m WHERE true${where}${orderAndLimit}`,
      ...values,
    );
  });
}
