import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';

/** Whose notifications a viewer may read and mark: their own and nobody else's, whatever their role. */
export function readableUserId(viewer: Viewer): string {
  return viewer.userId;
}

/** Whether the viewer may see how the school's part of the queue is doing, and mend it. */
export function canSeeQueue(viewer: Viewer): boolean {
  return may(viewer, 'queue:read');
}

/** Whether the viewer may tell people of the school whatever they like. */
export function canAnnounce(viewer: Viewer): boolean {
  return may(viewer, 'notification:announce');
}
