/** A subscriber that may be stopped while it waits. One AbortController for each of thousands weighs ten times as much. */
export class Stop {
  #stopped = false;
  #wake: (() => void) | null = null;

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Stops for good, and ends the present wait. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** What to call when it is stopped during a wait; null when the wait is over. There is one wait at a time. */
  onStop(wake: (() => void) | null): void {
    this.#wake = wake;
  }
}
