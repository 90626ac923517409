import { z } from 'zod';
import type { Cursor } from '../../channels/cursor.js';
import { refuse } from '../../graphql/input.js';
import { decodeAnyId } from '../../shared/ids.js';

/** The kinds of rooms. Each is named by the id prefix of its subject: a lesson's room is addressed by the lesson's id. */
export const roomKinds = ['lesson', 'classroom', 'relation'] as const;
export type RoomKind = (typeof roomKinds)[number];

/** A room by its subject. The room's own UUID is that of the subject. */
export interface RoomKey {
  readonly kind: RoomKind;
  readonly id: string;
}

/** As what somebody meets a room: `leader` is its tutor, or a co-tutor of a classroom. */
export type Standing = 'leader' | 'member';

/** A room as it stands for one user, with what its policy needs. */
export interface Room extends RoomKey {
  readonly organizationId: string;
  /** Null for who is not in it now. */
  readonly standing: Standing | null;
  /** Whether those who are in it may write; an archived classroom can only be read. */
  readonly writable: boolean;
  /** The place in the room's channel at which the user's access begins: 0, or where they came into the classroom. */
  readonly since: number;
  /** The end of the room's channel, read in one statement with the room, hence before any message. */
  readonly eventCursor: Cursor;
}

/** The argument `roomId`: the id of the lesson, classroom or relation whose room it is. */
export const roomKey = z.string().transform((value, context): RoomKey => {
  const decoded = decodeAnyId(value);
  const kind = roomKinds.find((known) => known === decoded?.kind);
  if (!decoded || !kind) {
    return refuse(context, { rule: 'ID_OF_ANY', prefixes: roomKinds.map((known) => `${known}_`).join(', ') });
  }
  return { kind, id: decoded.uuid };
});
