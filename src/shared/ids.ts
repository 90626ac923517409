import { randomFillSync } from 'node:crypto';
import { fromString, fromUUID, parseTypeId, toUUID } from 'typeid-js';
import { V7Generator } from 'uuidv7';

/**
 * The prefix of each kind of id and the schema type that it stands for. In the database ids are UUIDv7;
 * outside they are TypeIDs (`lesson_01h…`, https://github.com/jetify-com/typeid), so that an id names its type.
 */
export const idTypes = {
  organization: 'Organization',
  user: 'User',
  session: 'Session',
  invitation: 'Invitation',
  relation: 'TutorStudentRelation',
  lesson: 'Lesson',
  series: 'LessonSeries',
  classroom: 'Classroom',
  room: 'ChatRoom',
  message: 'ChatMessage',
  report: 'MessageReport',
  board: 'Board',
  export: 'RoomExport',
  notification: 'Notification',
  webhook: 'WebhookEndpoint',
  deadletter: 'DeadLetter',
} as const;

/** The prefix of a TypeID. */
export type IdKind = keyof typeof idTypes;

const kinds = new Map<string, IdKind>(Object.entries(idTypes).map(([kind, type]) => [type, kind as IdKind]));

/** A new UUIDv7: it sorts by the time of its making. */
export function newId(): string {
  return generator.generate().toString();
}

/** Random words ahead of their use: each trip to the system for a few takes longer than all the rest of an id. */
const words = new Uint32Array(1_024);
let used = words.length;
const generator = new V7Generator({
  nextUint32() {
    if (used === words.length) {
      randomFillSync(words);
      used = 0;
    }
    return words[used++] as number;
  },
});

/** The id that clients see: the prefix, and the UUID's 128 bits in 26 digits of base 32, the first of which has only 3. */
export function encodeId(kind: IdKind, uuid: string): string {
  if (!isUuid.test(uuid)) return fromUUID(uuid, kind);
  for (let at = 0; at < 32; at++) nibbles[at] = hexDigits[uuid.charCodeAt(hexPlaces[at] as number)] as number;
  let end = written.write(kind, 0, 'latin1');
  written[end++] = underscore;
  const first = bitsAt(0, 2);
  written[end++] = digits[first >> 5] as number;
  written[end++] = digits[first & 31] as number;
  // 20 bits are 5 digits of base 16 and 4 of base 32.
  for (let at = 2; at < 32; at += 5) {
    const bits = bitsAt(at, 5);
    for (let shift = 15; shift >= 0; shift -= 5) written[end++] = digits[(bits >> shift) & 31] as number;
  }
  return written.toString('latin1', 0, end);
}

function bitsAt(start: number, count: number): number {
  let bits = 0;
  for (let at = start; at < start + count; at++) bits = (bits << 4) | (nibbles[at] as number);
  return bits;
}

const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// An answer has an id for every object: one is put together byte by byte, since the library takes microseconds for it, and
// strings that are joined are garbage.
const [underscore, hyphens] = [95, new Set([8, 13, 18, 23])];
const hexPlaces = Uint8Array.from(Array.from({ length: 36 }, (_, at) => at).filter((at) => !hyphens.has(at)));
const hexDigits = new Uint8Array(128);
for (let value = 0; value < 16; value++) hexDigits[value.toString(16).charCodeAt(0)] = value;
/** Crockford's. */
const digits = Buffer.from('0123456789abcdefghjkmnpqrstvwxyz', 'latin1');
const nibbles = new Uint8Array(32);
const written = Buffer.alloc(64);

/** The id that clients see, by the name of the schema type. */
export function encodeIdOfType(typeName: string, uuid: string): string {
  const kind = kinds.get(typeName);
  if (!kind) throw new Error(`No id prefix is registered for the type ${typeName}.`);
  return encodeId(kind, uuid);
}

/** The UUID inside an id of this kind, or null when it is not one. */
export function decodeId(kind: IdKind, id: string): string | null {
  const decoded = decodeAnyId(id);
  return decoded?.kind === kind ? decoded.uuid : null;
}

/** Kind and UUID of an id, or null when it is none of ours. */
export function decodeAnyId(id: string): { kind: IdKind; uuid: string } | null {
  try {
    const { prefix } = parseTypeId(fromString<string>(id));
    return Object.hasOwn(idTypes, prefix) ? { kind: prefix as IdKind, uuid: toUUID(fromString(id)) } : null;
  } catch {
    return null;
  }
}
