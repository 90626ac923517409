import { pump } from '../../src/graphql/pump.js';

/** A source that gives these, then waits for ever, and never finishes to return. */
function quietSource(...events: unknown[]) {
  const calls = { returned: 0 };
  const source: AsyncIterator<unknown> = {
    next: () =>
      events.length > 0 ? Promise.resolve({ done: false, value: events.shift() }) : new Promise(() => {}),
    return: () => {
      calls.returned += 1;
      return new Promise(() => {});
    },
  };
  return { source, calls };
}

/** Pumps until so many things were told, then gives them. */
function told(source: AsyncIterator<unknown>, respond: (event: unknown) => Promise<unknown>, count: number) {
  const all: unknown[] = [];
  let stop = () => {};
  const done = new Promise<unknown[]>((resolve) => {
    const tell = (what: unknown) => {
      all.push(what);
      if (all.length === count) resolve(all);
    };
    ({ stop } = pump(source, {
      respond,
      deliver: tell,
      end: (error) => tell(error ? error.message : 'over'),
    }));
  });
  return { all, done, stop };
}

describe('a pump', () => {
  test('stops at once though its source does not, and tells nothing of it', async () => {
    const { source, calls } = quietSource(1);
    const { all, done, stop } = told(source, async (event) => event, 1);
    await done;
    stop();
    stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect([all, calls.returned]).toEqual([[1], 1]);
  });

  test('ends its source when an event cannot be executed, and skips none', async () => {
    const { source, calls } = quietSource(1, 2);
    const { done } = told(source, () => Promise.reject(new Error('lost')), 1);
    expect(await done).toEqual(['lost']);
    expect(calls.returned).toBe(1);
  });

  test('gives nothing that was executed after it was stopped', async () => {
    const { source } = quietSource(1);
    let finish: () => void = () => {};
    const executing = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { all, stop } = told(source, () => executing, 1);
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(all).toEqual([]);
  });

  test('is over when its source is', async () => {
    async function* source() {
      yield 1;
    }
    expect(await told(source(), async (event) => ({ event }), 2).done).toEqual([{ event: 1 }, 'over']);
  });

  test('fails when its source does', async () => {
    async function* source() {
      yield 1;
      throw new Error('broken');
    }
    expect(await told(source(), async (event) => event, 2).done).toEqual([1, 'broken']);
  });
});
