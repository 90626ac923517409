import type { ChildProcess } from 'node:child_process';
import { ended, type FaultQueue } from './fault-queue.js';

/**
 * Runs two workers and kills one with SIGKILL, in the middle of a delivery, after it has handled a random number of
 * items: until there were `kills`. Each is replaced. Resolves when the queue is drained, with the number of kills.
 */
export async function killWorkers(queue: FaultQueue, items: number, kills: number): Promise<number> {
  let killed = 0;
  const most = Math.floor((2 * 0.7 * items) / kills);
  let over = false;
  const lives: Promise<void>[] = [];
  const workers = new Set<ChildProcess>();

  async function live(): Promise<void> {
    let left = 1 + Math.floor(Math.random() * most);
    let mortal = true;
    const worker = queue.startWorker(() => {
      left -= 1;
      if (!mortal || left > 0 || killed >= kills) return;
      mortal = false;
      killed += 1;
      worker.kill('SIGKILL');
    });
    workers.add(worker);
    await ended(worker);
    workers.delete(worker);
    if (over) return;
    await queue.witness();
    await live();
  }

  for (let n = 0; n < 2; n++) lives.push(live());
  await queue.drained();
  over = true;
  for (const worker of workers) worker.kill('SIGKILL');
  await Promise.all(lives);
  return killed;
}
