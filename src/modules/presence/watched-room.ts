import type { Mailbox } from '../../channels/mailbox.js';
import type { Presence } from './store.js';

/** What a follower of a room's presence receives: first who is there, once, then each change. */
export type PresenceItem =
  | { readonly type: 'snapshot'; readonly present: readonly Presence[] }
  | { readonly type: 'changed'; readonly presence: Presence };

/** A room whose presence is followed on this node, as it was last seen. */
export class WatchedRoom {
  readonly #followers = new Set<Mailbox<PresenceItem>>();
  #present: ReadonlyMap<string, Presence> = new Map();

  /** How many follow it or are about to. */
  interest = 0;

  /** Begins with who is there by `show`, which must follow the reading of the room. */
  follow(mailbox: Mailbox<PresenceItem>): void {
    this.#followers.add(mailbox);
    mailbox.push('snapshot', { type: 'snapshot', present: [...this.#present.values()] });
  }

  unfollow(mailbox: Mailbox<PresenceItem>): void {
    this.#followers.delete(mailbox);
  }

  /** Takes what was read of the room and tells what is different. */
  show(present: readonly Presence[]): void {
    const before = this.#present;
    this.#present = new Map(present.map((one) => [one.userId, one]));
    for (const one of present) {
      const known = before.get(one.userId);
      if (known?.typing !== one.typing) this.#tell(one);
    }
    for (const [userId, { lastSeenAt }] of before) {
      if (!this.#present.has(userId)) this.#tell({ userId, online: false, typing: false, lastSeenAt });
    }
  }

  #tell(presence: Presence): void {
    for (const follower of this.#followers) follower.push(presence.userId, { type: 'changed', presence });
  }
}
