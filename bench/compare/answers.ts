import { isDeepStrictEqual } from 'node:util';
import { decodeAnyId } from '../../src/shared/ids.js';

const times: ReadonlySet<string> = new Set(['startsAt', 'endsAt', 'createdAt']);

/**
 * The data of an answer, whatever the order of its keys: with bare UUIDs in place of Lectern's ids, and times in one notation.
 * PostGraphile knows no object between a lesson and its messages.
 */
function plainAnswer(text: string): unknown {
  return JSON.parse(text, (key, value) => {
    if (key === 'lesson' && value?.chat) return { id: value.id, ...value.chat };
    if (typeof value !== 'string') return value;
    if (times.has(key)) return new Date(value).toISOString();
    return key === 'id' ? (decodeAnyId(value)?.uuid ?? value) : value;
  }).data;
}

/** What a write decides by itself: another message has another id, place and time. */
function withoutOwn(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === 'sequence') return typeof value;
    if (key === 'createdAt') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    if (key === 'body') return String(value).replace(/\d+$/, '');
    return value !== null && typeof value === 'object' && 'sequence' in value
      ? { ...value, id: typeof value.id }
      : value;
  });
}

/** Throws when an answer has other data than Lectern's. */
export function requireSame(name: string, given: string, wanted: string, isWrite: boolean): void {
  const [one, other] = [given, wanted]
    .map(plainAnswer)
    .map((answer) => (isWrite ? withoutOwn(answer) : answer));
  if (isDeepStrictEqual(one, other)) return;
  const shown = (text: string) => text.slice(0, 2_000);
  throw new Error(`${name} answers otherwise:\n${shown(given)}\nand not\n${shown(wanted)}`);
}
