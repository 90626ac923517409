import type { DeadLetter, DeadLetters } from '../../queue/dead-letters.js';
import { AppError } from '../../shared/errors.js';
import type { Connection, Page } from '../../shared/pagination.js';
import type { Viewer } from '../../shared/viewer.js';
import { canSeeQueue } from './policy.js';

/** What admins do about the notifications of their school that could not be delivered; FORBIDDEN to all others. */
export interface DeadLetterService {
  /** The newest first. */
  list(viewer: Viewer, page: Page): Promise<Connection<DeadLetter>>;
  /** In the order of `ids`; DEAD_LETTER_NOT_FOUND in the place of what is none of the school's, and to all others. */
  byIds(viewer: Viewer, ids: readonly string[]): Promise<(DeadLetter | AppError)[]>;
  /** Makes them due again and gives how many. What is no dead letter of the school does not count. */
  retry(viewer: Viewer, ids: readonly string[]): Promise<number>;
  /** Withdraws them and gives how many. What is no dead letter of the school does not count. */
  discard(viewer: Viewer, ids: readonly string[]): Promise<number>;
}

/** Creates the service on the queue's own access to its dead letters. */
export function createDeadLetterService(deadLetters: DeadLetters): DeadLetterService {
  function schoolOf(viewer: Viewer): string {
    if (!canSeeQueue(viewer)) throw new AppError('FORBIDDEN');
    return viewer.organizationId;
  }

  return {
    list: async (viewer, page) => deadLetters.list(schoolOf(viewer), page),
    async byIds(viewer, ids) {
      const found = canSeeQueue(viewer) ? await deadLetters.byIds(viewer.organizationId, ids) : [];
      const byId = new Map(found.map((letter) => [letter.id, letter]));
      return ids.map((id) => byId.get(id) ?? new AppError('DEAD_LETTER_NOT_FOUND'));
    },
    retry: async (viewer, ids) => deadLetters.retry(schoolOf(viewer), ids),
    discard: async (viewer, ids) =>
      deadLetters.discard(schoolOf(viewer), ids, `Discarded by ${viewer.displayName}.`),
  };
}
