import { createHmac, randomBytes } from 'node:crypto';

/** The headers of a webhook by the Standard Webhooks specification, 1.0 (https://www.standardwebhooks.com). */
export interface WebhookHeaders {
  /** Stays the same when it is sent again. */
  readonly 'webhook-id': string;
  /** Of this attempt, in seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** One signature for each secret, separated by spaces. */
  readonly 'webhook-signature': string;
}

const secretBytes = 32;

/** A new signing secret. */
export function newWebhookSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** A secret as its owner sees it. */
export function shownSecret(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** Signs id, time and body with HMAC-SHA256, once with each secret. */
export function signWebhook(
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: Buffer },
  secrets: readonly Uint8Array[],
): WebhookHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
    return `v1,${mac.digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
