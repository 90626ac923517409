import type { StatementObserver } from '../../src/platform/database/observed-client.js';

/** Records the SQL statements of an app while a piece of work runs. */
export interface StatementRecorder {
  readonly observe: StatementObserver;
  /** Runs the work and gives its result with the statements that were sent meanwhile, housekeeping left out. */
  during<T>(work: () => Promise<T>): Promise<{ result: T; statements: string[] }>;
}

/** Asked on a timer by every node, whatever a request does. */
const housekeeping = /pg_snapshot_xmin|pg_notify|^SELECT date_part\('epoch', clock_timestamp/;

export function createStatementRecorder(): StatementRecorder {
  const recordings = new Set<string[]>();
  return {
    observe({ text }) {
      if (housekeeping.test(text)) return;
      for (const recording of recordings) recording.push(text);
    },
    async during(work) {
      const statements: string[] = [];
      recordings.add(statements);
      try {
        return { result: await work(), statements };
      } finally {
        recordings.delete(statements);
      }
    },
  };
}
