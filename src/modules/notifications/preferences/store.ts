import type { DigestFrequency } from '../../../generated/prisma/enums.js';
import type { Queryable } from '../../../platform/database/database.js';
import type { Owner } from '../store.js';

/** `lesson.scheduled:EMAIL` → wanted or not; only what was set. */
export type Choices = Readonly<Record<string, boolean>>;

/** What a user has set and, where they have not, their school. */
export interface Settings {
  readonly own: Choices;
  readonly school: Choices;
  readonly quietFrom: number | null;
  readonly quietTo: number | null;
  readonly digest: DigestFrequency;
}

/** The user's settings; those of someone who has set nothing are there too. */
export async function readSettings(on: Queryable, { organizationId, userId }: Owner): Promise<Settings> {
  const [row] = await on.sql<Settings>(
    `SELECT coalesce(settings.preferences, '{}') AS own, coalesce(defaults.preferences, '{}') AS school,
            settings.quiet_from AS "quietFrom", settings.quiet_to AS "quietTo",
            coalesce(settings.digest::text, 'IMMEDIATE') AS digest
       FROM organization
       LEFT JOIN notification_settings settings
         ON settings.organization_id = organization.id AND settings.user_id = $2::uuid
       LEFT JOIN notification_defaults defaults ON defaults.organization_id = organization.id
      WHERE organization.id = $1::uuid`,
    organizationId,
    userId,
  );
  return row ?? { own: {}, school: {}, quietFrom: null, quietTo: null, digest: 'IMMEDIATE' };
}

/** What a user changes; what is undefined stays. */
export interface SettingsChange {
  readonly choices: Choices;
  /** Null: none. */
  readonly quietHours?: { readonly from: number; readonly to: number } | null | undefined;
  readonly digest?: DigestFrequency | undefined;
}

/**
 * Changes the user's settings in one statement: of two devices at once neither undoes what the other has set. The
 * school is null only for someone whom a signed link names.
 */
export async function writeSettings(
  on: Queryable,
  { organizationId, userId }: { readonly organizationId: string | null; readonly userId: string },
  { choices, quietHours, digest }: SettingsChange,
): Promise<void> {
  await on.sql(
    `INSERT INTO notification_settings AS present
            (user_id, organization_id, preferences, quiet_from, quiet_to, digest)
     SELECT app_user.id, app_user.organization_id, $3::jsonb, $5::smallint, $6::smallint, coalesce($7::text, 'IMMEDIATE')::digest_frequency
       FROM app_user
      WHERE organization_id = coalesce($1::uuid, organization_id) AND id = $2::uuid
     ON CONFLICT (user_id) DO UPDATE SET
       preferences = present.preferences || excluded.preferences,
       quiet_from = CASE WHEN $4::boolean THEN excluded.quiet_from ELSE present.quiet_from END,
       quiet_to = CASE WHEN $4::boolean THEN excluded.quiet_to ELSE present.quiet_to END,
       digest = CASE WHEN $7::text IS NULL THEN present.digest ELSE excluded.digest END`,
    organizationId,
    userId,
    JSON.stringify(choices),
    quietHours !== undefined,
    quietHours?.from ?? null,
    quietHours?.to ?? null,
    digest ?? null,
  );
}

/** Changes what the school's users have until they set it themselves. */
export async function writeDefaults(on: Queryable, organizationId: string, choices: Choices): Promise<void> {
  await on.sql(
    `INSERT INTO notification_defaults AS present (organization_id, preferences) VALUES ($1::uuid, $2::jsonb)
     ON CONFLICT (organization_id) DO UPDATE SET preferences = present.preferences || excluded.preferences`,
    organizationId,
    JSON.stringify(choices),
  );
}
