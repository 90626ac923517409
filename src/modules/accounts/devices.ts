import { createHmac, hkdfSync } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/database/database.js';
import { newId } from '../../shared/ids.js';
import { noteDevice } from './device-store.js';
import type { Owner } from './sessions.js';

/** Where somebody signs in from. */
export interface Device {
  /** What it says of itself. */
  readonly userAgent: string | null;
  /** IP address; only what family it is of is used, and that only hashed. */
  readonly address: string;
}

/** What the owner of an account is told of a sign-in. */
interface SignInNews {
  readonly eventType: 'account.new_sign_in';
  readonly organizationId: string;
  readonly userId: string;
  readonly payload: { readonly signInId: string; readonly browser: string | null; readonly at: string };
}

/** Knows the devices of people without keeping what they are. */
export interface Devices {
  /** Notes a sign-in, in its transaction, and has the owner told when it comes from a device that they never used. */
  signedIn(tx: UnitOfWork, owner: Owner, device: Device): Promise<void>;
  /** By what a device of a person is known again. */
  hashOf(userId: string, device: Device): Uint8Array<ArrayBuffer>;
}

export interface DevicesOptions {
  readonly clock: Clock;
  readonly queue: { enqueue(item: SignInNews, tx: UnitOfWork): Promise<string> };
  readonly secret: string;
}

/** Creates it; the secret makes the key of the hashes. */
export function createDevices({ clock, queue, secret }: DevicesOptions): Devices {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'lectern known device', 32));

  function hashOf(userId: string, { userAgent, address }: Device): Uint8Array<ArrayBuffer> {
    const text = JSON.stringify([userId, browserOf(userAgent), networkOf(address)]);
    return new Uint8Array(createHmac('sha256', key).update(text).digest());
  }

  return {
    hashOf,
    async signedIn(tx, { userId, organizationId }, device) {
      const now = clock.now();
      const browser = browserOf(device.userAgent);
      const { known, others } = await noteDevice(tx, userId, hashOf(userId, device), now);
      // The first device of an account is no news to whoever has just made it.
      if (known || !others) return;
      const payload = { signInId: newId(), browser, at: now.toISOString() };
      await queue.enqueue({ eventType: 'account.new_sign_in', organizationId, userId, payload }, tx);
    },
  };
}

/** In this order: Edge and Opera say that they are Chrome, and everybody that they are Safari. */
const browsers = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
] as const;
const systems = [
  ['iOS', /\b(iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** The kind of browser and system, such as "Firefox, Windows", without versions; null for what is neither. */
export function browserOf(userAgent: string | null): string | null {
  const find = (known: readonly (readonly [string, RegExp])[]) =>
    known.find(([, pattern]) => pattern.test(userAgent ?? ''))?.[0];
  const parts = [find(browsers), find(systems)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : null;
}

/** The part of an address that stays the same for a household or a provider: /16 of IPv4, /32 of IPv6. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return plain.split('.').slice(0, 2).join('.');
  return plain.split(':').slice(0, 2).join(':');
}
