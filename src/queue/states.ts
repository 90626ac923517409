import type { QueueStatus } from '../generated/prisma/enums.js';

/*
 * The states of an item. It is unfinished in PENDING and PROCESSING. It leaves none of the others, but a person may
 * retry (PENDING) or discard (CANCELLED) what is FAILED.
 *
 *   PENDING ──claim──► PROCESSING ──► COMPLETED   the handler has done its work
 *      │ ▲                 │
 *      │ │                 ├────────► SKIPPED     the handler decided against it, with a reason
 *      │ │                 ├────────► FAILED      dead letter: the 4th failure, a permanent failure, bad
 *      │ │                 │          │           payload, 5 leases lost while it was processed alone, or
 *      │ │                 │          │           nobody who knows its event type for 24 hours
 *      │ ◄─────────────────┼──retry───┤
 *      │ │                 │          └─discard─► CANCELLED
 *      │ │                 │
 *      │ └─────────────────┤  failure 1, 2, 3: due again after 10, 40, 90 s
 *      │                   │  deferred or handed back: costs nothing
 *      │                   │  of an event type that this release does not know: costs nothing, again after 30 s
 *      │                   │  lease lost: costs no attempt; from the 2nd on it is processed alone
 *      │                   │
 *      └───────────────────┴────────► CANCELLED   withdrawn, with a reason
 */

/** How many items are in each state. Finished ones are counted for as long as they are kept (7 days). */
export interface QueueStats {
  readonly pending: number;
  readonly processing: number;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  /** For how many seconds the item that waits longest has been due; 0 when nothing is due. */
  readonly oldestPendingSeconds: number;
}

/** The name under which each state is counted. */
export const statNames = {
  PENDING: 'pending',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
  SKIPPED: 'skipped',
  CANCELLED: 'cancelled',
} as const satisfies Record<QueueStatus, Exclude<keyof QueueStats, 'oldestPendingSeconds'>>;
