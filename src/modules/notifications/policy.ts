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

/** Whether the viewer may set what people of the school are told until they set it themselves. */
export function canSetDefaults(viewer: Viewer): boolean {
  return may(viewer, 'notification:set-defaults');
}

/** Whether the viewer may say where the school is told by HTTP, and see that. */
export function canManageWebhooks(viewer: Viewer): boolean {
  return may(viewer, 'webhook:manage');
}

/** Whether the viewer may tell people of the school whatever they like. */
export function canAnnounce(viewer: Viewer): boolean {
  return may(viewer, 'notification:announce');
}
