import type { DigestFrequency, NotificationChannel } from '../../generated/prisma/enums.js';
import type { Queryable } from '../../platform/database/database.js';
import { holdsAddress } from '../accounts/address-store.js';
import type { Owner } from './store.js';

/** Notifications of one cause. */
export interface NewNotifications {
  readonly organizationId: string;
  readonly type: string;
  readonly sourceKey: string;
  readonly subject: string;
  /** Shown in the application whatever the user has set. */
  readonly critical: boolean;
  readonly recipients: readonly { readonly id: string; readonly userId: string; readonly data: unknown }[];
}

/** A notification that a user is to be told of. */
export interface Written {
  readonly id: string;
  readonly userId: string;
  /** Whether the application shows it. */
  readonly shown: boolean;
}

/** Whether a user wants a type on a channel: as they have set it, else as their school has, else yes. */
const wanted = (type: string, channel: string) =>
  `coalesce((settings.preferences ->> (${type} || ':${channel}'))::boolean,
            (defaults.preferences ->> (${type} || ':${channel}'))::boolean, true)`;

/** The settings of `person`, a row of app_user. */
const joinSettings = (person: string) =>
  `LEFT JOIN notification_settings settings ON settings.user_id = ${person}.id
       LEFT JOIN notification_defaults defaults ON defaults.organization_id = ${person}.organization_id`;

/**
 * Inserts those whose user has none of this key yet, and gives them. In the order of users, so that workers with
 * several users in common do not deadlock.
 */
export function insertNotifications(on: Queryable, given: NewNotifications): Promise<Written[]> {
  return on.sql(
    `INSERT INTO notification (id, organization_id, user_id, type, source_key, subject, data, shown, read_at)
     SELECT given.id, app_user.organization_id, app_user.id, $3::text, $4::text, $5::text, given.data,
            is_wanted.shown, CASE WHEN NOT is_wanted.shown THEN now() END
       FROM jsonb_to_recordset($2::jsonb) AS given (id uuid, "userId" uuid, data jsonb)
       JOIN app_user ON app_user.id = given."userId" AND app_user.organization_id = $1::uuid
       ${joinSettings('app_user')}
      CROSS JOIN LATERAL (SELECT $6::boolean OR ${wanted('$3::text', 'IN_APP')} AS shown) AS is_wanted
      ORDER BY app_user.id
     ON CONFLICT (user_id, source_key) DO NOTHING
     RETURNING id, user_id AS "userId", shown`,
    given.organizationId,
    JSON.stringify(given.recipients),
    given.type,
    given.sourceKey,
    given.subject,
    given.critical,
  );
}

/** A user who is not shown a type is not reached anew by everything that follows within this time. */
const hiddenPause = '15 minutes';

/**
 * Renews those that exist with the facts of a later cause: `data.sequence` says which is later. Gives them, and
 * whether its user has to be reached anew: when it had been read, or where none is shown that could be, after a pause.
 */
export function renewNotifications(
  on: Queryable,
  given: NewNotifications,
): Promise<(Written & { readonly anew: boolean })[]> {
  return on.sql(
    `WITH present AS (
       SELECT notification.id, given.data,
              CASE WHEN notification.shown THEN notification.read_at IS NOT NULL
                   ELSE notification.created_at < now() - interval '${hiddenPause}' END AS anew
         FROM jsonb_to_recordset($2::jsonb) AS given ("userId" uuid, data jsonb)
         JOIN notification ON notification.user_id = given."userId" AND notification.source_key = $3::text
        WHERE notification.organization_id = $1::uuid
          AND (notification.data ->> 'sequence')::bigint < (given.data ->> 'sequence')::bigint
        ORDER BY notification.user_id FOR NO KEY UPDATE OF notification
     )
     UPDATE notification SET data = present.data, created_at = now(),
            read_at = CASE WHEN notification.shown THEN NULL ELSE notification.read_at END
       FROM present WHERE notification.id = present.id
     RETURNING notification.id, notification.user_id AS "userId", notification.shown, present.anew`,
    given.organizationId,
    JSON.stringify(given.recipients),
    given.sourceKey,
  );
}

/** The channels that leave the application. */
export type SendingChannel = Exclude<NotificationChannel, 'IN_APP'>;

/** A notification with the person whom a channel is to tell, and what they have set about that. */
export interface Delivery {
  readonly notificationId: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly userId: string;
  readonly email: string;
  /** Whether the address is theirs, not that of another account which has proved it or named it first. */
  readonly holdsAddress: boolean;
  readonly displayName: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly type: string;
  readonly subject: string | null;
  readonly data: unknown;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  readonly shown: boolean;
  /** Whether the type is wanted on the channel. */
  readonly enabled: boolean;
  readonly quietFrom: number | null;
  readonly quietTo: number | null;
  readonly digest: DigestFrequency;
}

const selectDeliveries = (channel: string) =>
  `SELECT notification.id AS "notificationId", school.id AS "organizationId", school.name AS "organizationName",
          reader.id AS "userId", reader.email, ${holdsAddress('reader')} AS "holdsAddress", reader.display_name AS "displayName", reader.locale,
          reader.time_zone AS "timeZone", notification.type, notification.subject, notification.data,
          notification.created_at AS "createdAt", notification.read_at AS "readAt", notification.shown,
          ${wanted('notification.type', channel)} AS enabled,
          settings.quiet_from AS "quietFrom", settings.quiet_to AS "quietTo",
          coalesce(settings.digest::text, 'IMMEDIATE') AS digest
     FROM notification
     JOIN app_user reader ON reader.id = notification.user_id
     JOIN organization school ON school.id = notification.organization_id
     ${joinSettings('reader')}`;

/** What is to be delivered; null when the notification or its user is gone. */
export async function findDelivery(
  on: Queryable,
  organizationId: string,
  notificationId: string,
  channel: SendingChannel,
): Promise<Delivery | null> {
  const [delivery] = await on.sql<Delivery>(
    `${selectDeliveries(channel)}
      WHERE notification.organization_id = $1::uuid AND notification.id = $2::uuid`,
    organizationId,
    notificationId,
  );
  return delivery ?? null;
}

/** What waits for the user's digest at this time or before, the oldest first, at most `limit`. */
export function findDigest(
  on: Queryable,
  { organizationId, userId }: Owner,
  now: Date,
  limit: number,
): Promise<Delivery[]> {
  return on.sql(
    `${selectDeliveries('EMAIL')}
      WHERE notification.organization_id = $1::uuid AND notification.user_id = $2::uuid
        AND notification.digest_at <= $3::timestamptz
      ORDER BY notification.created_at, notification.id LIMIT $4`,
    organizationId,
    userId,
    now,
    limit,
  );
}

/** Locks the user's settings: what goes into a digest and what takes it out wait for each other. */
export async function lockSettings(on: Queryable, { organizationId, userId }: Owner): Promise<void> {
  await on.sql(
    'SELECT 1 FROM notification_settings WHERE organization_id = $1::uuid AND user_id = $2::uuid FOR UPDATE',
    organizationId,
    userId,
  );
}

/** Puts a notification into the digest at a time, or takes several out (null). */
export async function setDigest(
  on: Queryable,
  organizationId: string,
  notificationIds: readonly string[],
  at: Date | null,
): Promise<void> {
  await on.sql(
    `UPDATE notification SET digest_at = $3::timestamptz
      WHERE organization_id = $1::uuid AND id = ANY ($2::uuid[])`,
    organizationId,
    notificationIds,
    at,
  );
}

/** When the user's next digest is due, if anything waits for one. */
export async function nextDigest(on: Queryable, { organizationId, userId }: Owner): Promise<Date | null> {
  const [row] = await on.sql<{ at: Date | null }>(
    `SELECT min(digest_at) AS at FROM notification
      WHERE organization_id = $1::uuid AND user_id = $2::uuid AND digest_at IS NOT NULL`,
    organizationId,
    userId,
  );
  return row?.at ?? null;
}
