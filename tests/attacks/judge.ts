import type { Reply } from './door.js';
import type { Family } from './family.js';
import { leaksIn } from './leaks.js';

/** What an answer is measured by. */
export interface Measure {
  readonly family: Family;
  readonly sent: readonly string[];
  readonly canaries: readonly string[];
  /** The catalogue's codes. */
  readonly codes: ReadonlySet<string>;
  readonly limitMs: number;
}

/** Codes with which sockets are closed. */
const closings = new Set([
  1002, 1003, 1006, 1007, 1008, 1009, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4429,
]);

/** What is wrong with an answer to an attack; empty when it is as it should be. */
export function judge(reply: Reply, { family, sent, canaries, codes, limitMs }: Measure): string[] {
  const bodies = bodiesOf(reply.text);
  const told = codesOf(bodies, reply.text);
  const problems: string[] = leaksIn(`${reply.text}\n${reply.headers}`, sent, canaries).map(
    (leak) => `tells ${leak}`,
  );
  for (const code of told) {
    if (!codes.has(code) || code === 'INTERNAL_ERROR') problems.push(`says ${code}`);
    else if (family.codes && !family.codes.includes(code))
      problems.push(`says ${code} and not ${family.codes.join(' or ')}`);
  }
  if (family.expected === 'refused') {
    if (bodies.some(({ data }) => holdsSomething(data))) problems.push('gives data');
    const closed = closings.has(reply.status) || reply.status === 0;
    if (told.length === 0 && reply.status < 300 && !closed) problems.push('is no refusal');
  }
  if (reply.status >= 500 && reply.status < 600 && !told.includes('SERVICE_UNAVAILABLE'))
    problems.push(`is a ${reply.status}`);
  if (reply.ms > limitMs) problems.push(`took ${reply.ms.toFixed(0)} ms`);
  return problems.map(
    (problem) => `${reply.what}: ${problem}\n    ${reply.status} ${reply.text.slice(0, 300)}`,
  );
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly error?: { readonly code?: string };
}

/** JSON in a body, a socket message, or behind the headers of a raw answer. */
function bodiesOf(text: string): Body[] {
  return text.split(/\r\n\r\n|\n/).flatMap((part) => {
    try {
      const value = JSON.parse(part) as Body & { type?: string; payload?: unknown };
      if (value?.type === 'next') return [value.payload as Body];
      if (value?.type === 'error') return [{ errors: value.payload as NonNullable<Body['errors']> }];
      return typeof value === 'object' && value !== null ? [value] : [];
    } catch {
      return [];
    }
  });
}

function codesOf(bodies: readonly Body[], text: string): string[] {
  const told = bodies.flatMap(({ errors, error }) => [
    ...(Array.isArray(errors) ? errors : []).map((one) => one.extensions?.code),
    error?.code,
  ]);
  // A socket that is closed says its code as the reason.
  if (/^[A-Z]+(_[A-Z]+)+$/.test(text)) told.push(text);
  return told.filter((code) => code !== undefined);
}

/** Whether anything but null and names of types came. */
function holdsSomething(data: unknown): boolean {
  if (data === null || data === undefined) return false;
  if (typeof data !== 'object') return true;
  return Object.entries(data).some(([name, value]) => name !== '__typename' && holdsSomething(value));
}
