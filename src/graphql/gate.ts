/**
 * Lets so many through at a time; the others wait in line. Gives a way out that counts once. Replays run from memory
 * once their history is read, without ever waiting: thousands of them at once would let nothing else happen.
 */
export function createGate(width: number): () => Promise<() => void> {
  const line: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    inside--;
    // In a turn of its own, so that sockets and the database are heard in between.
    setImmediate(() => line.shift()?.());
  };
  return async () => {
    if (inside >= width) await new Promise<void>((resolve) => line.push(resolve));
    inside++;
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };
}
