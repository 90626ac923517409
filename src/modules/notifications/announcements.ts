import type { Database } from '../../platform/database/database.js';
import { priorities } from '../../queue/policy.js';
import type { NotificationQueue } from '../../queue/queue.js';
import { AppError } from '../../shared/errors.js';
import { encodeId, newId } from '../../shared/ids.js';
import type { Viewer } from '../../shared/viewer.js';
import { announcement } from './event-types/announcements.js';
import { canAnnounce } from './policy.js';
import { findUnknownUsers } from './store.js';

/** What an admin tells people of the school. */
export interface Announcement {
  readonly userIds: readonly string[];
  readonly title: string;
  readonly body: string;
}

/** Tells many people at once. */
export interface AnnouncementService {
  /**
   * Enqueues one notification for each of the people, all or none, and gives how many they are; one who is named
   * twice is told once. FORBIDDEN to all but admins; USER_NOT_FOUND names those who are not of the school.
   */
  announce(viewer: Viewer, announcement: Announcement): Promise<number>;
}

export interface AnnouncementServiceOptions {
  readonly database: Database;
  readonly queue: Pick<NotificationQueue, 'enqueueBatch'>;
}

/** Creates the service. */
export function createAnnouncementService({
  database,
  queue,
}: AnnouncementServiceOptions): AnnouncementService {
  return {
    async announce(viewer, { userIds, title, body }) {
      if (!canAnnounce(viewer)) throw new AppError('FORBIDDEN');
      const { organizationId } = viewer;
      const recipients = [...new Set(userIds)];
      const unknown = await findUnknownUsers(database, organizationId, recipients);
      if (unknown.length > 0) {
        const problems = unknown.map((id) => ({ rule: 'THERE_IS_NO', id: encodeId('user', id) }) as const);
        throw new AppError('USER_NOT_FOUND', { 'input.userIds': problems });
      }
      const payload = { announcementId: newId(), authorId: viewer.userId, title, body };
      await queue.enqueueBatch(
        recipients.map((userId) => ({
          eventType: announcement,
          organizationId,
          userId,
          payload,
          priority: priorities.bulk,
        })),
      );
      return recipients.length;
    },
  };
}
