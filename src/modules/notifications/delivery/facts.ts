import type { Queryable } from '../../../platform/database/database.js';
import { PermanentFailure } from '../../../queue/outcome.js';
import { decodeAnyId } from '../../../shared/ids.js';
import type { Delivery } from '../delivery-store.js';
import type { EventType } from '../event-types/definition.js';
import { eventTypeOf } from '../event-types/registry.js';
import type { Wishes } from './decide.js';

/** The definition of a type; one of another release is a permanent failure. */
export function typeOf(name: string): EventType {
  const type = eventTypeOf(name);
  if (!type) throw new PermanentFailure(`A "${name}" cannot be checked by this release.`);
  return type;
}

/** Why a delivery must not be sent any more, whatever its user wants; null when it may be. */
export async function obsolete(on: Queryable, delivery: Delivery, now: Date): Promise<string | null> {
  const type = typeOf(delivery.type);
  const subject = delivery.subject === null ? null : decodeAnyId(delivery.subject);
  if (!subject) throw new PermanentFailure(`A "${delivery.type}" of nothing cannot be checked.`);
  // A notification that is hidden counts as read by nobody.
  const readAt = delivery.shown ? delivery.readAt : null;
  return type.obsolete(on, { ...delivery, readAt, subjectId: subject.uuid, now });
}

/** What its user has set about being told of it. */
export function wishesOf({ quietFrom, quietTo, ...delivery }: Delivery): Wishes {
  const quietHours = quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo };
  return { ...delivery, quietHours };
}
