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
  const hex = `${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(14, 18)}${uuid.slice(19, 23)}${uuid.slice(24)}`;
  let text = `${kind}_${pairs[Number.parseInt(hex.slice(0, 2), 16)]}`;
  // 20 bits are 5 digits of base 16 and 4 of base 32.
  for (let at = 2; at < 32; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16);
    text += `${pairs[bits >> 10]}${pairs[bits & 1_023]}`;
  }
  return text;
}

const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Crockford's digits, two at a time. An answer has an id for every object, and the library takes microseconds for one. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const pairs = Array.from({ length: 1_024 }, (_, bits) => `${digits[bits >> 5]}${digits[bits & 31]}`);

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
