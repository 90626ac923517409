import type { Queryable } from '../../platform/database/database.js';

/** Notifications of one cause. */
export interface NewNotifications {
  readonly organizationId: string;
  readonly type: string;
  readonly sourceKey: string;
  readonly subject: string;
  readonly recipients: readonly { readonly id: string; readonly userId: string; readonly data: unknown }[];
}

/** A notification that a user is to be told of. */
export interface Written {
  readonly id: string;
  readonly userId: string;
}

/**
 * Inserts those whose user has none of this key yet, and gives them. In the order of users, so that workers with
 * several users in common do not deadlock.
 */
export function insertNotifications(on: Queryable, given: NewNotifications): Promise<Written[]> {
  return on.sql(
    `INSERT INTO notification (id, organization_id, user_id, type, source_key, subject, data)
     SELECT given.id, app_user.organization_id, app_user.id, $3::text, $4::text, $5::text, given.data
       FROM jsonb_to_recordset($2::jsonb) AS given (id uuid, "userId" uuid, data jsonb)
       JOIN app_user ON app_user.id = given."userId" AND app_user.organization_id = $1::uuid
      ORDER BY app_user.id
     ON CONFLICT (user_id, source_key) DO NOTHING
     RETURNING id, user_id AS "userId"`,
    given.organizationId,
    JSON.stringify(given.recipients),
    given.type,
    given.sourceKey,
    given.subject,
  );
}

/**
 * Renews those that exist with the facts of a later cause: `data.sequence` says which is later. Gives them, and
 * whether each had been read, so that its user has to be reached anew.
 */
export function renewNotifications(
  on: Queryable,
  given: NewNotifications,
): Promise<(Written & { readonly wasRead: boolean })[]> {
  return on.sql(
    `WITH present AS (
       SELECT notification.id, notification.read_at, given.data
         FROM jsonb_to_recordset($2::jsonb) AS given ("userId" uuid, data jsonb)
         JOIN notification ON notification.user_id = given."userId" AND notification.source_key = $3::text
        WHERE notification.organization_id = $1::uuid
          AND (notification.data ->> 'sequence')::bigint < (given.data ->> 'sequence')::bigint
        ORDER BY notification.user_id FOR NO KEY UPDATE OF notification
     )
     UPDATE notification SET data = present.data, created_at = now(), read_at = NULL
       FROM present WHERE notification.id = present.id
     RETURNING notification.id, notification.user_id AS "userId", present.read_at IS NOT NULL AS "wasRead"`,
    given.organizationId,
    JSON.stringify(given.recipients),
    given.sourceKey,
  );
}

/** A notification with the person whom a channel is to tell. */
export interface Delivery {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly type: string;
  readonly subject: string | null;
  readonly data: unknown;
  readonly readAt: Date | null;
}

/** What is to be delivered; null when the notification or its user is gone. */
export async function findDelivery(
  on: Queryable,
  organizationId: string,
  notificationId: string,
): Promise<Delivery | null> {
  const [delivery] = await on.sql<Delivery>(
    `SELECT school.id AS "organizationId", school.name AS "organizationName", reader.id AS "userId", reader.email,
            reader.display_name AS "displayName", reader.locale, reader.time_zone AS "timeZone",
            notification.type, notification.subject, notification.data, notification.read_at AS "readAt"
       FROM notification
       JOIN app_user reader ON reader.id = notification.user_id
       JOIN organization school ON school.id = notification.organization_id
      WHERE notification.organization_id = $1::uuid AND notification.id = $2::uuid`,
    organizationId,
    notificationId,
  );
  return delivery ?? null;
}
