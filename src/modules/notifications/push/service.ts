import type { Database } from '../../../platform/database/database.js';
import type { Outbound } from '../../../platform/outbound/outbound.js';
import { isReceiverKey } from '../../../platform/web-push/encryption.js';
import { AppError, type ErrorFields } from '../../../shared/errors.js';
import { newId } from '../../../shared/ids.js';
import type { Viewer } from '../../../shared/viewer.js';
import { upsertSubscription } from './store.js';

/** What a browser's `PushSubscription.toJSON()` holds; the keys in base64url. */
export interface BrowserSubscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** Browsers that are told while their session lasts. */
export interface WebPushService {
  /** What browsers need as `applicationServerKey`: base64url. */
  readonly publicKey: string;
  /** Registers the viewer's browser; again is harmless. VALIDATION_ERROR when it could never be reached. */
  register(viewer: Viewer, subscription: BrowserSubscription): Promise<void>;
}

export interface WebPushServiceOptions {
  readonly database: Database;
  readonly outbound: Pick<Outbound, 'refusalOf'>;
  readonly publicKey: string;
}

/** Creates the service. */
export function createWebPushService({
  database,
  outbound,
  publicKey,
}: WebPushServiceOptions): WebPushService {
  return {
    publicKey,
    async register({ organizationId, userId, sessionId }, { endpoint, ...keys }) {
      const p256dh = Buffer.from(keys.p256dh, 'base64url');
      const auth = Buffer.from(keys.auth, 'base64url');
      const refusal = outbound.refusalOf(endpoint);
      const fields: ErrorFields = {
        ...(refusal ? { 'input.endpoint': [refusal] } : {}),
        ...(isReceiverKey(p256dh) ? {} : { 'input.p256dh': [{ rule: 'P256_KEY' }] }),
        ...(auth.length === 16 ? {} : { 'input.auth': [{ rule: 'BYTES', bytes: 16 }] }),
      };
      if (Object.keys(fields).length > 0) throw new AppError('VALIDATION_ERROR', fields);
      const owner = { id: newId(), organizationId, userId, sessionId };
      await upsertSubscription(database, owner, { endpoint, p256dh, auth });
    },
  };
}
