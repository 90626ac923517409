/**
 * Runs the work and answers, or fails, at a whole multiple of `milliseconds` after the start: what the work found in
 * its way cannot be read from the time that it took.
 */
export async function evenly<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const outcome = await work().then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  const taken = performance.now() - start;
  // What follows is not the same for both, by a tenth of a millisecond: it is lost in as much noise again.
  const noise = (Math.random() * milliseconds) / 10;
  const left = Math.ceil(taken / milliseconds) * milliseconds - taken + noise;
  await new Promise((resolve) => setTimeout(resolve, left));
  return outcome();
}
