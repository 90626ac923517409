import type { NewEvent } from '../../channels/events.js';
import type { Queryable } from '../../platform/database/database.js';
import { removeAttachedTo } from './attached-store.js';

/**
 * What becomes of the messages of somebody who leaves for good, beside their text: a deleted message has neither reactions
 * nor mentions. There is no event: whoever has the text on a screen loses it when they load again.
 */
export async function leaveChats(
  on: Queryable,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
): Promise<NewEvent[]> {
  await removeAttachedTo(on, organizationId, userId);
  return [];
}
