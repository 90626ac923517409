import type { Viewer } from '../../shared/viewer.js';
import type { Board } from './board.js';

/** Whether the board exists for the viewer: those who are in its room, while it is open. Admins of the school are not. */
export function canSeeBoard(viewer: Viewer, board: Board): boolean {
  return (
    board.organizationId === viewer.organizationId &&
    board.open &&
    board.participantIds.includes(viewer.userId)
  );
}

/** Whether somebody who may see the board may draw on it. */
export function canDraw(board: Board): boolean {
  return !board.frozen;
}
