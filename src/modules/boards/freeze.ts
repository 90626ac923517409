import type { NewEvent } from '../../channels/events.js';
import type { WrittenChange } from '../lessons/history-store.js';
import { hasEnded } from '../lessons/policy.js';
import { boardFrozen } from './events.js';

/** What the board of a lesson is told of a change: that it is frozen, when the lesson has ended by it. */
export function boardFrozenBy({ before, after }: WrittenChange, actorId: string | null): NewEvent[] {
  const endsNow = hasEnded(after) && !(before && hasEnded(before));
  return endsNow ? [boardFrozen(after.id, actorId)] : [];
}
