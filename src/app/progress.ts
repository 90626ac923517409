import { Writable } from 'node:stream';
import type { BatchReport } from '../queue/batches.js';
import type { QueueDepth } from '../queue/sql/depth.js';

/** The part of a terminal that is needed. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line at the bottom of a terminal that shows how a worker is doing, below what is logged. */
export interface Progress {
  /** Where log lines go, so that they come above the line. */
  readonly log: Writable;
  /** Counts a batch. */
  count(batch: BatchReport): void;
  /** Draws from now on, asking for the depth once a second. */
  start(depth: () => Promise<QueueDepth>): void;
  /** Draws for the last time and leaves the line. */
  stop(): void;
}

const drawMilliseconds = 250;
const depthMilliseconds = 1_000;
/** The rate is that of the last few seconds. */
const windowMilliseconds = 5_000;
const eraseLine = '\r\x1b[2K';

/** Creates the line; nothing is drawn before `start`. */
export function createProgress(terminal: Terminal, now: () => number = () => performance.now()): Progress {
  const recent: { readonly at: number; readonly items: number }[] = [];
  const counts = { done: 0, failed: 0 };
  let depth: QueueDepth | null = null;
  let drawing: NodeJS.Timeout | undefined;
  let asking: NodeJS.Timeout | undefined;
  let startedAt = 0;

  function rate(): number {
    const since = now() - windowMilliseconds;
    while (recent[0] && recent[0].at < since) recent.shift();
    const items = recent.reduce((sum, batch) => sum + batch.items, 0);
    return items / (Math.min(windowMilliseconds, Math.max(now() - startedAt, 1_000)) / 1_000);
  }

  function draw(): void {
    const parts = [
      `${whole(counts.done)} done`,
      `${whole(rate())}/s`,
      depth ? `${whole(depth.due)} waiting` : 'counting',
      `oldest ${duration(depth?.oldestSeconds ?? 0)}`,
      `${whole(counts.failed)} failed`,
    ];
    terminal.write(eraseLine + parts.join(' · ').slice(0, (terminal.columns || 80) - 1));
  }

  return {
    log: new Writable({
      write(chunk, _encoding, done) {
        terminal.write(drawing ? `${eraseLine}${chunk}` : `${chunk}`);
        if (drawing) draw();
        done();
      },
    }),
    count({ outcomes }) {
      const { completed = 0, skipped = 0, failed = 0 } = outcomes;
      counts.done += completed + skipped;
      counts.failed += failed;
      recent.push({ at: now(), items: completed + skipped + failed });
    },
    start(readDepth) {
      startedAt = now();
      // A database that does not answer is logged by others; the line keeps what it knows.
      const ask = () =>
        readDepth().then(
          (read) => {
            depth = read;
          },
          () => {},
        );
      void ask();
      asking = setInterval(ask, depthMilliseconds);
      drawing = setInterval(draw, drawMilliseconds);
    },
    stop() {
      if (!drawing) return;
      clearInterval(drawing);
      clearInterval(asking);
      drawing = undefined;
      draw();
      terminal.write('\n');
    },
  };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
