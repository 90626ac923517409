import { may } from '../../shared/permissions.js';
import type { Viewer } from '../../shared/viewer.js';

/** Whether the viewer teaches, and so has an availability to set. */
export function canSetAvailability(viewer: Viewer): boolean {
  return may(viewer, 'availability:set');
}

/** Whether the viewer may see when a tutor of their school teaches: the tutor, those they teach now, and admins. */
export function canSeeAvailability(
  viewer: Viewer,
  tutor: { readonly tutorId: string; readonly teachesViewer: boolean },
): boolean {
  return viewer.userId === tutor.tutorId || tutor.teachesViewer || may(viewer, 'lesson:administer');
}
