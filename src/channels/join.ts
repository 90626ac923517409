import { AppError, invalid } from '../shared/errors.js';
import type { Cursor } from './cursor.js';
import {
  type ChannelEvent,
  isAccessEvent,
  type ResetReason,
  type StreamItem,
  takesAccessOf,
} from './events.js';
import type { Stop } from './stop.js';
import type { Tail } from './tail.js';

/** A client that is further behind fetches again instead of replaying. */
const maxReplay = 1_000;

/** How to follow one channel. */
export interface Subscribe {
  readonly channel: string;
  /** Where to go on; from the present end when absent. */
  readonly after?: Cursor | null | undefined;
  /** Whose access it is: an access event that names this user ends the stream with SUBSCRIPTION_REVOKED. */
  readonly userId: string;
  /**
   * As what the user meets the channel, such as `participant`: those who are alike here see the same in every field
   * that is not marked as dependent on the viewer, so that an event is executed once for all of them. Without it the
   * user shares with nobody.
   */
  readonly accessClass?: string;
  /** Asked after the stream has begun to listen, so that a loss of access in between is not overlooked. Throws to refuse. */
  authorize(): Promise<void>;
  /** Asked after `authorize`: the place before which this user may see nothing. A cursor from before it is reset. */
  earliest?(): number;
}

export interface JoinOptions extends Subscribe {
  readonly tail: Tail;
  /** The present end of the channel, read now. */
  readHead(): Promise<Cursor>;
  readonly stop: Stop;
}

/**
 * One subscriber's way through a channel: first listen, then read the end, then authorize, then replay up to that end,
 * `joined`, and on with what comes. Since authorization is asked after the end was read, every loss of access that it
 * could not see lies behind that end and is met in its place in the sequence.
 */
export async function* join(options: JoinOptions): AsyncGenerator<StreamItem, void, undefined> {
  const { channel, after, userId, tail, stop } = options;
  if (after && after.channel !== channel) throw invalid('after', { rule: 'OTHER_CHANNEL' });
  const head = await options.readHead();
  tail.begin(head);
  await options.authorize();

  const reason = after ? await whyReset(after, options.earliest?.() ?? 0, head, tail) : null;
  if (reason) {
    yield { type: 'reset', cursor: head, occurredAt: new Date(), reason };
    return;
  }
  let cursor = after ?? head;
  let joined = false;
  while (!stop.stopped) {
    if (!joined && cursor.seq >= head.seq) {
      joined = true;
      yield { type: 'joined', cursor, occurredAt: new Date() };
      continue;
    }
    const events = await tail.after(cursor.seq, stop);
    if (events === null) {
      yield {
        type: 'reset',
        cursor: await options.readHead(),
        occurredAt: new Date(),
        reason: 'HISTORY_EXPIRED',
      };
      return;
    }
    for (const event of events) {
      if (event.seq > head.seq && takesAccessOf(event, userId)) throw new AppError('SUBSCRIPTION_REVOKED');
      cursor = { channel, seq: event.seq, tag: event.tag };
      if (!isAccessEvent(event)) yield { type: 'event', event, cursor, occurredAt: event.occurredAt };
      if (stop.stopped) return;
      // What lies behind the end that was read at the beginning is live: `joined` comes in between.
      if (!joined && event.seq === head.seq) break;
    }
  }
}

/** Why the log cannot be replayed from this cursor, or null if it can. */
async function whyReset(
  after: Cursor,
  earliest: number,
  head: Cursor,
  tail: Tail,
): Promise<ResetReason | null> {
  if (after.seq < earliest) return 'HISTORY_EXPIRED';
  if (after.seq > head.seq) return 'EPOCH_CHANGED';
  if (after.seq === head.seq) return after.tag === head.tag ? null : 'EPOCH_CHANGED';
  if (head.seq - after.seq > maxReplay) return 'TOO_FAR_BEHIND';
  const events: readonly ChannelEvent[] = await tail.from(Math.max(after.seq, 1));
  const [first] = events;
  if (first?.seq !== Math.max(after.seq, 1)) return 'HISTORY_EXPIRED';
  return after.seq === 0 || first.tag === after.tag ? null : 'EPOCH_CHANGED';
}
