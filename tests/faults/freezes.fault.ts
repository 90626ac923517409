import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../testkit/eventually.js';
import { createTestDatabase } from '../testkit/test-database.js';
import { nothingWrong, openFaultQueue } from './fault-queue.js';

const freezes = 20;

it('a worker that is frozen past its lease changes nothing when it goes on, twenty times', async () => {
  const database = await createTestDatabase();
  const queue = await openFaultQueue(database.url, 200);
  const lostLeases = async () => {
    const [row] = await queue.database.sql<{ n: number }>(
      'SELECT sum(lost_leases)::int AS n FROM notification_queue_item',
    );
    return row?.n ?? 0;
  };
  try {
    let freeze = () => {};
    const frozen = queue.startWorker(() => freeze());
    queue.startWorker();
    for (let done = 0; done < freezes; ) {
      const before = await lostLeases();
      let isFrozen = false;
      freeze = () => {
        freeze = () => {};
        frozen.kill('SIGSTOP');
        isFrozen = true;
      };
      // There is work until it has got some, and for the other one meanwhile, which alone is quick enough to leave it none.
      while (!isFrozen) {
        await queue.fill(50);
        await pause(200);
      }
      // The other worker rescues what the frozen one holds, and finishes some of it. When it was frozen while it was
      // still busy with what it had lost before, it holds nothing: that does not count.
      const rescued = eventually(lostLeases, (lost) => lost > before, 5_000);
      await rescued.then(
        () => {
          done += 1;
        },
        () => {},
      );
      await queue.witness();
      frozen.kill('SIGCONT');
      // It finds out that it has lost what it held; frozen before that, it would hold nothing.
      await pause(1_000);
    }
    await queue.drained();
    const verdict = await queue.verdict();
    console.info(
      `${freezes} freezes: ${verdict.repeats} deliveries were repeated, all of what had lost a lease`,
    );
    expect(verdict).toMatchObject(nothingWrong);
  } finally {
    await queue.close();
    await database.drop();
  }
});
