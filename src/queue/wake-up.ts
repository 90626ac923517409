/** A sleep that can be ended: a call of `wake` between two sleeps ends the next one at once, so none is missed. */
export interface WakeUp {
  wake(): void;
  /** Resolves to true when it was woken, to false after `milliseconds`. One sleeper at a time. */
  sleep(milliseconds: number): Promise<boolean>;
}

/** Creates the alarm of one loop. */
export function createWakeUp(): WakeUp {
  let woken = false;
  let rouse: (() => void) | null = null;
  return {
    wake() {
      woken = true;
      rouse?.();
    },
    async sleep(milliseconds) {
      if (!woken && milliseconds > 0) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          rouse = resolve;
          timer = setTimeout(resolve, milliseconds);
        });
        clearTimeout(timer);
        rouse = null;
      }
      const result = woken;
      woken = false;
      return result;
    },
  };
}
