import { z } from 'zod';
import type { Cursor } from '../../channels/cursor.js';
import { refuse } from '../../graphql/input.js';
import { decodeAnyId } from '../../shared/ids.js';

/** The kinds of rooms. Each is named by the id prefix of its subject: a lesson's room is addressed by the lesson's id. */
export const roomKinds = ['lesson'] as const;
export type RoomKind = (typeof roomKinds)[number];

/** A room by its subject. The room's own UUID is that of the subject. */
export interface RoomKey {
  readonly kind: RoomKind;
  readonly id: string;
}

/** A room as it stands, with what its policy needs. */
export interface Room extends RoomKey {
  readonly organizationId: string;
  readonly participantIds: readonly string[];
  /** Whether the participants may use it now; for a lesson's room: their relation is active. */
  readonly open: boolean;
  /** The end of the room's channel, read in one statement with the room, hence before any message. */
  readonly eventCursor: Cursor;
}

/** The argument `roomId`: the id of the lesson whose room it is. */
export const roomKey = z.string().transform((value, context): RoomKey => {
  const decoded = decodeAnyId(value);
  const kind = roomKinds.find((known) => known === decoded?.kind);
  if (!decoded || !kind) {
    return refuse(context, { rule: 'ID_OF', kind: roomKinds.join(' or a ') });
  }
  return { kind, id: decoded.uuid };
});
