/** What is looked after. */
export interface Watched {
  /** Does what is due. */
  attend(nowMs: number): void;
}

/** Shorter times than this are rare, and longer ones are kept to it. */
const longestMs = 250;

/** Milliseconds of the process, whole: numbers of every socket that take no memory of their own. */
export function nowMs(): number {
  return Math.round(performance.now());
}

/** Looks after all sockets of a process with one timer: several for each of thousands weigh more than the rest of them. */
export class Watch<One extends Watched> {
  readonly all = new Set<One>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param shortestMs of the times that are to be kept, to a fifth of it; 0 for none. */
  constructor(shortestMs: number) {
    this.#everyMs = Math.min(longestMs, Math.max(1, (shortestMs || longestMs) / 5));
  }

  add(one: One): void {
    this.all.add(one);
    this.#timer ??= setInterval(() => this.#attend(), this.#everyMs);
  }

  delete(one: One): void {
    this.all.delete(one);
    if (this.all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #attend(): void {
    const now = nowMs();
    for (const one of this.all) one.attend(now);
  }
}
