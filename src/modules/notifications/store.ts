import type { Queryable } from '../../platform/database/database.js';
import { keyset } from '../../platform/database/keyset.js';
import type { Page } from '../../shared/pagination.js';

/** A notification as stored; its text is made when it is read. */
export interface NotificationView {
  readonly id: string;
  readonly type: string;
  /** TypeID of what it is about. */
  readonly subject: string | null;
  readonly data: unknown;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

/** Whose notifications. */
export interface Owner {
  readonly organizationId: string;
  readonly userId: string;
}

const columns = 'id, type, subject, data, created_at AS "createdAt", read_at AS "readAt"';

/** A page of a user's notifications, the newest first, one row more than asked for. */
export function listNotifications(
  on: Queryable,
  owner: Owner,
  unreadOnly: boolean,
  page: Page,
): Promise<NotificationView[]> {
  const values: unknown[] = [owner.organizationId, owner.userId];
  const order = [
    { name: 'created_at', type: 'timestamptz' },
    { name: 'id', type: 'uuid' },
  ] as const;
  const { where, orderAndLimit } = keyset(page, order, 'DESC', values);
  return on.sql(
    `SELECT ${columns} FROM notification WHERE organization_id = $1::uuid AND user_id = $2::uuid AND shown
     ${unreadOnly ? 'AND read_at IS NULL' : ''}${where}${orderAndLimit}`,
    ...values,
  );
}

/** The user's own among these ids, in no order. */
export function findNotifications(
  on: Queryable,
  { organizationId, userId }: Owner,
  ids: readonly string[],
): Promise<NotificationView[]> {
  return on.sql(
    `SELECT ${columns} FROM notification
      WHERE organization_id = $1::uuid AND user_id = $2::uuid AND shown AND id = ANY ($3::uuid[])`,
    organizationId,
    userId,
    ids,
  );
}

/** How many notifications the user has not read: exact, from `notif_user_read_idx` alone, hence without the school. */
export async function countUnread(on: Queryable, { userId }: Owner): Promise<number> {
  const [row] = await on.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM notification WHERE user_id = $1::uuid AND read_at IS NULL',
    userId,
  );
  return row?.count ?? 0;
}

/** Those among these ids who are nobody of the school. */
export async function findUnknownUsers(
  on: Queryable,
  organizationId: string,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await on.sql<{ id: string }>(
    `SELECT given.id FROM unnest($2::uuid[]) AS given (id)
      WHERE NOT EXISTS (SELECT 1 FROM app_user
                         WHERE app_user.id = given.id AND app_user.organization_id = $1::uuid)`,
    organizationId,
    ids,
  );
  return rows.map(({ id }) => id);
}

/** Marks the user's unread ones among `ids`, or all when null; gives those that it marked, the newest first. */
export async function markRead(
  on: Queryable,
  owner: Owner,
  ids: readonly string[] | null,
): Promise<string[]> {
  // Rows are locked in id order, so that two devices that mark the same ones do not deadlock.
  const rows = await on.sql<{ id: string }>(
    `WITH unread AS (
       SELECT id FROM notification
        WHERE organization_id = $1::uuid AND user_id = $2::uuid AND read_at IS NULL
          AND ($3::uuid[] IS NULL OR id = ANY ($3::uuid[]))
        ORDER BY id FOR NO KEY UPDATE
     ), marked AS (
       UPDATE notification SET read_at = now() FROM unread WHERE notification.id = unread.id
       RETURNING notification.id, notification.created_at
     )
     SELECT id FROM marked ORDER BY created_at DESC, id DESC`,
    owner.organizationId,
    owner.userId,
    ids,
  );
  return rows.map(({ id }) => id);
}
