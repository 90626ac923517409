import { createHmac, hkdfSync } from 'node:crypto';

/**
 * The salt of the passwords of an address (16 bytes). All accounts that name an address share one, so that a sign-in hashes
 * once however many there are: its time would otherwise tell whether an address that somebody has just signed up with
 * belonged to another account already. It is derived, not drawn, so that two sign-ups at once agree on it; and by a key,
 * so that nobody outside can compute hashes in advance.
 */
export type SaltOf = (email: string) => Uint8Array;

/** Creates the derivation from the server's secret. */
export function createSalts(secret: string): SaltOf {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'lectern password salt', 32));
  return (email) => createHmac('sha256', key).update(email).digest().subarray(0, 16);
}
