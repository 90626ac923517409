const [bind, describe, execute, sync] = [66, 68, 69, 83];
const describePortal = Buffer.from([describe, 0, 0, 0, 6, 80, 0]);
/** Execute the portal that has no name, all its rows; Sync. */
const executeAndSync = Buffer.from([execute, 0, 0, 0, 9, 0, 0, 0, 0, 0, sync, 0, 0, 0, 4]);

/** The same without Sync and for a statement without values: the next one is executed with it. */
export function executionWithoutEnd(name: string): Buffer {
  return executionOf(name, [], false).subarray(0, -5);
}

/** Where messages are put together; as large as the largest so far, up to a bound. */
let space = Buffer.allocUnsafe(8_192);
const keptSpace = 1_000_000;

/**
 * What runs a prepared statement, in one piece: Bind of its values as texts, Describe where it is asked for, Execute and
 * Sync (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export function executionOf(name: string, values: readonly unknown[], describes: boolean): Buffer {
  const written = values.map(textOf);
  // Of a text a UTF-16 unit takes three bytes at most; beside its bytes each value has its length and its format.
  let most = name.length + 100;
  for (const one of written) most += one === null ? 6 : one.length * 3 + 6;
  const into = most <= space.length ? space : Buffer.allocUnsafe(most);
  if (into !== space && most <= keptSpace) space = into;

  into[0] = bind;
  // The length of the message, which is not known yet; no name of a portal.
  into[5] = 0;
  let at = 6 + into.write(name, 6);
  into[at++] = 0;
  at = into.writeInt16BE(written.length, at);
  for (const one of written) at = into.writeInt16BE(one instanceof Uint8Array ? 1 : 0, at);
  at = into.writeInt16BE(written.length, at);
  for (const one of written) {
    const bytes = one === null ? -1 : write(one, into, at + 4);
    into.writeInt32BE(bytes, at);
    at += 4 + Math.max(0, bytes);
  }
  // All columns as texts.
  at = into.writeInt16BE(0, at);
  into.writeInt32BE(at - 1, 1);
  if (describes) at += describePortal.copy(into, at);
  at += executeAndSync.copy(into, at);
  // A copy: the next message is put together before the socket has taken this one.
  return Buffer.from(into.subarray(0, at));
}

function write(value: string | Uint8Array, into: Buffer, at: number): number {
  if (typeof value === 'string') return into.write(value, at);
  into.set(value, at);
  return value.length;
}

/** A value as PostgreSQL reads it; bytes are sent as they are. */
function textOf(value: unknown): string | Uint8Array | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return instantOf(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return arrayOf(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Years before the first and after 9999 are written otherwise than in JavaScript. */
function instantOf(value: Date): string {
  const text = value.toISOString();
  const year = value.getUTCFullYear();
  if (year > 9_999) return `${year}${text.slice(7)}`;
  return year > 0 ? text : `${String(1 - year).padStart(4, '0')}${text.slice(year < 0 ? 7 : 4)} BC`;
}

function arrayOf(values: readonly unknown[]): string {
  return `{${values.map(elementOf).join()}}`;
}

function elementOf(value: unknown): string {
  if (Array.isArray(value)) return arrayOf(value);
  const text = textOf(value);
  if (text === null) return 'NULL';
  if (typeof text !== 'string') return `"\\\\x${Buffer.from(text).toString('hex')}"`;
  return `"${/[\\"]/.test(text) ? text.replace(/[\\"]/g, '\\$&') : text}"`;
}
