import type { DigestFrequency, NotificationChannel } from '../../../generated/prisma/enums.js';
import type { Database } from '../../../platform/database/database.js';
import { AppError, type FieldProblem } from '../../../shared/errors.js';
import type { Viewer } from '../../../shared/viewer.js';
import { allTypes, type Unsubscription } from '../delivery/unsubscribe-links.js';
import { eventTypeNames, eventTypeOf } from '../event-types/registry.js';
import { canSetDefaults } from '../policy.js';
import { type Choices, readSettings, type Settings, writeDefaults, writeSettings } from './store.js';

/** Whether one type is wanted on one channel. */
export interface Preference {
  readonly type: string;
  readonly channel: NotificationChannel;
  readonly enabled: boolean;
}

/** Minutes after midnight, local time. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** Everything that a user can set, as it holds now. */
export interface Preferences {
  readonly preferences: readonly Preference[];
  readonly quietHours: QuietHours | null;
  readonly digest: DigestFrequency;
}

/** What is to change; what is undefined stays. */
export interface PreferencesChange {
  readonly preferences?: readonly Preference[] | undefined;
  readonly quietHours?: QuietHours | null | undefined;
  readonly digest?: DigestFrequency | undefined;
}

/** What people want to be told, on which channel and when. */
export interface PreferenceService {
  /** The viewer's own. */
  preferences(viewer: Viewer): Promise<Preferences>;
  /** VALIDATION_ERROR names types that do not exist, and what cannot be turned off. */
  update(viewer: Viewer, change: PreferencesChange): Promise<Preferences>;
  /** What the school's users have until they set it. FORBIDDEN to all but admins. */
  defaults(viewer: Viewer): Promise<readonly Preference[]>;
  /** FORBIDDEN to all but admins; VALIDATION_ERROR as in `update`. */
  updateDefaults(viewer: Viewer, preferences: readonly Preference[]): Promise<readonly Preference[]>;
  /** Turns mails off for whoever followed the link in one; what is critical stays on. */
  unsubscribe(what: Unsubscription): Promise<void>;
}

/** The channels that are a user's own. */
const ownChannels = ['IN_APP', 'EMAIL', 'PUSH'] as const satisfies readonly NotificationChannel[];

/** Creates the service. */
export function createPreferenceService(database: Database): PreferenceService {
  async function preferencesOf(viewer: Viewer): Promise<Preferences> {
    const settings = await readSettings(database, viewer);
    const { quietFrom, quietTo, digest } = settings;
    return {
      preferences: effective(settings),
      quietHours: quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo },
      digest,
    };
  }

  async function defaultsOf(viewer: Viewer): Promise<readonly Preference[]> {
    const { school } = await readSettings(database, viewer);
    return effective({ own: {}, school });
  }

  function requireDefaults(viewer: Viewer): void {
    if (!canSetDefaults(viewer)) throw new AppError('FORBIDDEN');
  }

  return {
    preferences: preferencesOf,
    async update(viewer, { preferences = [], quietHours, digest }) {
      const choices = choicesOf(preferences);
      await writeSettings(database, viewer, { choices, quietHours, digest });
      return preferencesOf(viewer);
    },
    async defaults(viewer) {
      requireDefaults(viewer);
      return defaultsOf(viewer);
    },
    async updateDefaults(viewer, preferences) {
      requireDefaults(viewer);
      await writeDefaults(database, viewer.organizationId, choicesOf(preferences));
      return defaultsOf(viewer);
    },
    async unsubscribe({ userId, type }) {
      const types = (type === allTypes ? eventTypeNames : [type]).filter((name) => !isCritical(name));
      const choices = Object.fromEntries(types.map((name) => [keyOf(name, 'EMAIL'), false]));
      await writeSettings(database, { userId, organizationId: null }, { choices });
    },
  };
}

/** What holds for each type and channel: what the user has set, else the school, else on. */
function effective({ own, school }: Pick<Settings, 'own' | 'school'>): Preference[] {
  return eventTypeNames.flatMap((type) =>
    ownChannels.map((channel) => {
      const key = keyOf(type, channel);
      return { type, channel, enabled: isCritical(type) || (own[key] ?? school[key] ?? true) };
    }),
  );
}

/** The preferences as they are kept; a later one of the same type and channel counts. */
function choicesOf(preferences: readonly Preference[]): Choices {
  const fields: Record<string, FieldProblem[]> = {};
  for (const [index, { type, channel, enabled }] of preferences.entries()) {
    const path = `input.preferences.${index}`;
    if (!eventTypeOf(type)) fields[`${path}.type`] = [{ rule: 'NOTIFICATION_TYPE' }];
    else if (channel === 'WEBHOOK') fields[`${path}.channel`] = [{ rule: 'SCHOOLS_CHANNEL' }];
    else if (!enabled && isCritical(type)) fields[`${path}.enabled`] = [{ rule: 'CRITICAL', type }];
  }
  if (Object.keys(fields).length > 0) throw new AppError('VALIDATION_ERROR', fields);
  return Object.fromEntries(preferences.map(({ type, channel, enabled }) => [keyOf(type, channel), enabled]));
}

function keyOf(type: string, channel: NotificationChannel): string {
  return `${type}:${channel}`;
}

function isCritical(type: string): boolean {
  return eventTypeOf(type)?.critical ?? false;
}
