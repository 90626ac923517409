import type { Viewer } from '../../shared/viewer.js';
import type { Board } from './board.js';

/** Whether the board exists for the viewer: who is in its room now. Admins of the school are not, as with a chat. */
export function canSeeBoard(viewer: Viewer, board: Board): boolean {
  return board.organizationId === viewer.organizationId && board.standing !== null;
}

/** Whether somebody who may see the board may draw on it. */
export function canDraw(board: Board): boolean {
  return !board.frozen;
}
