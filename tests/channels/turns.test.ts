import { createTurns } from '../../src/channels/turns.js';

/** Work that ends when it is told to. */
function deferred() {
  let end: (outcome?: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return { promise, end: (error?: Error) => end(error) };
}

/** Lets everything run that waits for nothing but promises. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('run the work of one channel one after another, in the order in which it came', async () => {
    const turns = createTurns({ maxWaiting: 10 });
    const log: string[] = [];
    const works = ['a', 'b', 'c'].map((name) =>
      turns.inTurn('chat:1', async () => {
        log.push(`${name} begins`);
        await settle();
        log.push(`${name} ends`);
        return name;
      }),
    );

    expect(await Promise.all(works)).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('do not let one channel wait for another', async () => {
    const turns = createTurns({ maxWaiting: 10 });
    const slow = deferred();
    const first = turns.inTurn('chat:1', () => slow.promise);

    expect(await turns.inTurn('chat:2', async () => 'done')).toBe('done');

    slow.end();
    await first;
  });

  it('go on after work that failed, and tell only its giver', async () => {
    const turns = createTurns({ maxWaiting: 10 });
    const failing = turns.inTurn('chat:1', () => Promise.reject(new Error('broken')));
    const following = turns.inTurn('chat:1', async () => 'done');

    await expect(failing).rejects.toThrow('broken');
    expect(await following).toBe('done');
  });

  it('refuse with SERVICE_UNAVAILABLE what is beyond the bound, without running it', async () => {
    const turns = createTurns({ maxWaiting: 2 });
    const slow = deferred();
    const ran: string[] = [];
    const running = turns.inTurn('chat:1', () => slow.promise);
    const waiting = ['a', 'b'].map((name) => turns.inTurn('chat:1', async () => void ran.push(name)));

    const refused = turns.inTurn('chat:1', async () => void ran.push('c'));

    await expect(refused).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    slow.end();
    await Promise.all([running, ...waiting]);
    expect(ran).toEqual(['a', 'b']);
  });

  it('keep nothing of a channel that has no work', async () => {
    const turns = createTurns({ maxWaiting: 2 });
    const slow = deferred();
    const running = turns.inTurn('chat:1', () => slow.promise);
    expect(turns.size).toBe(1);

    slow.end(new Error('broken'));

    await expect(running).rejects.toThrow('broken');
    await settle();
    expect(turns.size).toBe(0);
  });
});
