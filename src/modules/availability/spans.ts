import type { Span } from './availability.js';

/** The same time in order, without overlaps: what touches becomes one. */
export function merged(spans: readonly Span[]): Span[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** What is left of merged spans without the others, in order. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const result: Span[] = [];
  const busy = merged(taken);
  let next = 0;
  for (const { start, end } of spans) {
    let free = start;
    while (next < busy.length && (busy[next] as Span).end <= free) next++;
    for (let index = next; index < busy.length && (busy[index] as Span).start < end; index++) {
      const one = busy[index] as Span;
      if (one.start > free) result.push({ start: free, end: one.start });
      free = Math.max(free, one.end);
    }
    if (free < end) result.push({ start: free, end });
  }
  return result;
}
