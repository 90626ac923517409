import { responseStream } from '../../src/graphql/response-stream.js';

/** A source that gives these, then waits for ever. */
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
const respond = async (event: unknown) => ({ data: { event } });
const done = { done: true, value: undefined };

describe('a response stream', () => {
  test('ends a waiting next when it is returned, though its source does not', async () => {
    const { source, calls } = quietSource();
    const stream = responseStream(source, respond);
    const waiting = stream.next();
    expect(await stream.return?.()).toEqual(done);
    expect([await waiting, await stream.next(), calls.returned]).toEqual([done, done, 1]);
  });

  test('ends its source when an event cannot be executed', async () => {
    const { source, calls } = quietSource(1, 2);
    const stream = responseStream(source, () => Promise.reject(new Error('lost')));
    await expect(stream.next()).rejects.toThrow('lost');
    expect([await stream.next(), calls.returned]).toEqual([done, 1]);
  });

  test('gives nothing that was executed after its end', async () => {
    const { source } = quietSource(1);
    let finish: () => void = () => {};
    const executing = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const stream = responseStream(source, async (event) => {
      await executing;
      return respond(event);
    });
    const waiting = stream.next();
    await stream.return?.();
    finish();
    expect(await waiting).toEqual(done);
  });

  test('is over when its source is', async () => {
    async function* source() {
      yield 1;
    }
    const stream = responseStream(source(), respond);
    expect([await stream.next(), await stream.next()]).toEqual([
      { done: false, value: { data: { event: 1 } } },
      done,
    ]);
  });
});
