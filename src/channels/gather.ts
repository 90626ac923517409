/**
 * Collects what is asked for while a read runs, and reads all of it together next. Every answer comes from a read that
 * began after it was asked for, so it is never older than the question; however many ask, one read runs at a time.
 */
export function gather<Key, Value>(read: (keys: Key[]) => Promise<Map<Key, Value>>) {
  interface Batch {
    readonly keys: Set<Key>;
    readonly answer: Promise<Map<Key, Value>>;
    start(): void;
  }
  let next: Batch | null = null;
  let running = false;

  function newBatch(): Batch {
    const keys = new Set<Key>();
    let start = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    return { keys, start, answer: started.then(() => read([...keys])) };
  }

  async function run(): Promise<void> {
    running = true;
    // Whoever asks in the same turn of the event loop is in the first read already.
    await Promise.resolve();
    while (next) {
      const batch: Batch = next;
      next = null;
      batch.start();
      // Its failure is told to those who asked.
      await batch.answer.then(undefined, () => {});
    }
    running = false;
  }

  return async (key: Key): Promise<Value | undefined> => {
    next ??= newBatch();
    next.keys.add(key);
    const { answer } = next;
    if (!running) void run();
    return (await answer).get(key);
  };
}
