import { isAdmin, type Viewer } from '../../shared/viewer.js';

/** Whether the viewer teaches, and so has an availability to set. */
export function canSetAvailability(viewer: Viewer): boolean {
  return viewer.role === 'TUTOR';
}

/** Whether the viewer may see when a tutor of their school teaches: the tutor, those they teach now, and admins. */
export function canSeeAvailability(
  viewer: Viewer,
  tutor: { readonly tutorId: string; readonly teachesViewer: boolean },
): boolean {
  return viewer.userId === tutor.tutorId || tutor.teachesViewer || isAdmin(viewer);
}
