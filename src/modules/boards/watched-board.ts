import type { Mailbox } from '../../channels/mailbox.js';

/** Where somebody points. */
export interface Pointer {
  readonly userId: string;
  readonly x: number;
  readonly y: number;
}

/** Followers are told at most so often, however many pointers are moved. */
const tellMilliseconds = 100;
/** A pointer that is not moved again is gone after this. */
const lapseMilliseconds = 5_000;
/** Pointers of one board; those that were moved longest ago give way. */
const maxPointers = 50;

/** A board whose pointers are followed on this node. */
export class WatchedBoard {
  readonly #followers = new Set<Mailbox<readonly Pointer[]>>();
  /** The one that was moved last is the last. */
  readonly #pointers = new Map<string, { readonly pointer: Pointer; readonly lapse: NodeJS.Timeout }>();
  #telling: NodeJS.Timeout | undefined;

  /** Begins with the pointers as they are. */
  follow(mailbox: Mailbox<readonly Pointer[]>): void {
    this.#followers.add(mailbox);
    mailbox.push('pointers', this.#all());
  }

  /** Gives whether nobody follows it any more. */
  unfollow(mailbox: Mailbox<readonly Pointer[]>): boolean {
    this.#followers.delete(mailbox);
    if (this.#followers.size > 0) return false;
    for (const { lapse } of this.#pointers.values()) clearTimeout(lapse);
    this.#pointers.clear();
    clearTimeout(this.#telling);
    return true;
  }

  /** Takes where a user's pointer is, or that it is gone. */
  show(userId: string, pointer: Pointer | null): void {
    const known = this.#pointers.get(userId);
    if (!known && !pointer) return;
    clearTimeout(known?.lapse);
    this.#pointers.delete(userId);
    if (pointer) {
      const lapse = setTimeout(() => this.show(userId, null), lapseMilliseconds).unref();
      this.#pointers.set(userId, { pointer, lapse });
      const [oldest] = this.#pointers.keys();
      if (this.#pointers.size > maxPointers && oldest !== undefined) this.show(oldest, null);
    }
    this.#telling ??= setTimeout(() => this.#tell(), tellMilliseconds).unref();
  }

  /** As a whole, so that a slow follower who is given only the last has them all. */
  #tell(): void {
    this.#telling = undefined;
    const pointers = this.#all();
    for (const follower of this.#followers) follower.push('pointers', pointers);
  }

  #all(): readonly Pointer[] {
    return [...this.#pointers.values()].map(({ pointer }) => pointer);
  }
}
