import type { DigestFrequency } from '../../../generated/prisma/enums.js';
import type { SendingChannel } from '../delivery-store.js';
import { minuteOfDay, nextAt, nextHour, within } from './local-time.js';

/** What a user has set about being told; see `NotificationSettings`. */
export interface Wishes {
  /** IANA name. */
  readonly timeZone: string;
  /** Whether this type is wanted on this channel. */
  readonly enabled: boolean;
  /** In minutes after midnight. */
  readonly quietHours: { readonly from: number; readonly to: number } | null;
  readonly digest: DigestFrequency;
}

/** What becomes of a personal delivery. */
export type Decision =
  | { readonly kind: 'send' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'wait'; readonly until: Date }
  | { readonly kind: 'digest'; readonly at: Date };

/** Digests of a day come at 08:00. */
const digestMinute = 8 * 60;

/**
 * What becomes of a delivery at this moment. A critical one is always sent. A digest gathers e-mail only, and
 * none that is timely: a push is for this moment, or it is turned off. Quiet hours hold back both until they end.
 */
export function decide(
  delivery: {
    readonly type: string;
    readonly channel: SendingChannel;
    readonly critical: boolean;
    readonly timely: boolean;
    /** Read in the application, where it is shown. */
    readonly read: boolean;
  },
  wishes: Wishes,
  now: Date,
): Decision {
  if (delivery.critical) return { kind: 'send' };
  if (!wishes.enabled) {
    return { kind: 'skip', reason: `The user has turned ${delivery.channel} off for ${delivery.type}.` };
  }
  if (delivery.read) return { kind: 'skip', reason: 'The notification was read meanwhile.' };
  const at = delivery.channel === 'EMAIL' && !delivery.timely ? digestTime(wishes, now) : null;
  if (at) return { kind: 'digest', at };
  const until = quietUntil(wishes, now);
  return until ? { kind: 'wait', until } : { kind: 'send' };
}

/** When the user's next digest is due; null when mails are to come one by one. */
export function digestTime({ digest, timeZone }: Wishes, now: Date): Date | null {
  if (digest === 'IMMEDIATE') return null;
  return digest === 'HOURLY' ? nextHour(now, timeZone) : nextAt(now, digestMinute, timeZone);
}

/** When the quiet hours end that hold now; null when none do. */
export function quietUntil(
  { quietHours, timeZone }: Pick<Wishes, 'quietHours' | 'timeZone'>,
  now: Date,
): Date | null {
  if (!quietHours) return null;
  const { from, to } = quietHours;
  return within(minuteOfDay(now, timeZone), from, to) ? nextAt(now, to, timeZone) : null;
}
