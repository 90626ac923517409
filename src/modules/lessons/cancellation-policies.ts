import type { Database } from '../../platform/database/database.js';
import { AppError } from '../../shared/errors.js';
import type { Viewer } from '../../shared/viewer.js';
import { canSchedule } from './policy.js';

/** When a cancellation of a tutor's lessons is late. A lesson keeps what was so when it was booked. */
export function createCancellationPolicies(database: Database) {
  return {
    /** Sets the viewer's own, in minutes before the start. FORBIDDEN to all but tutors. */
    async setCancellationPolicy(viewer: Viewer, windowMinutes: number): Promise<void> {
      if (!canSchedule(viewer)) throw new AppError('FORBIDDEN');
      await database.sql(
        `UPDATE app_user SET cancellation_window_minutes = $3::int, updated_at = now()
          WHERE organization_id = $1::uuid AND id = $2::uuid`,
        viewer.organizationId,
        viewer.userId,
        windowMinutes,
      );
    },

    /** Those of the people who are tutors have a window, in minutes; null for all others. One statement. */
    async cancellationWindows(viewer: Viewer, userIds: readonly string[]): Promise<(number | null)[]> {
      const rows = await database.sql<{ id: string; minutes: number }>(
        `SELECT id::text AS id, cancellation_window_minutes AS minutes FROM app_user
          WHERE organization_id = $1::uuid AND id = ANY ($2::uuid[]) AND role = 'TUTOR'`,
        viewer.organizationId,
        userIds,
      );
      const minutes = new Map(rows.map((row) => [row.id, row.minutes]));
      return userIds.map((id) => minutes.get(id) ?? null);
    },
  };
}
