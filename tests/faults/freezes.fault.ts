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
      // The other worker goes on meanwhile, and must not run out of work.
      await queue.fill(200);
      const before = await lostLeases();
      await new Promise<void>((resolve) => {
        freeze = () => {
          freeze = () => {};
          frozen.kill('SIGSTOP');
          resolve();
        };
      });
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
