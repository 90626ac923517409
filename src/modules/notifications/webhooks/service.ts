import type { Database } from '../../../platform/database/database.js';
import type { Outbound } from '../../../platform/outbound/outbound.js';
import { AppError, type ErrorFields, invalid } from '../../../shared/errors.js';
import { newId } from '../../../shared/ids.js';
import type { Viewer } from '../../../shared/viewer.js';
import { eventTypeOf } from '../event-types/registry.js';
import { canManageWebhooks } from '../policy.js';
import { newWebhookSecret, shownSecret } from './signature.js';
import {
  deleteEndpoint,
  findEndpoints,
  insertEndpoint,
  listEndpoints,
  maxEndpoints,
  rotateSecret,
  type WebhookEndpointView,
} from './store.js';

/** An endpoint with its new secret, which is told only now. */
export interface WebhookWithSecret {
  readonly endpoint: WebhookEndpointView;
  readonly secret: string;
}

/**
 * Where a school is told by HTTP what its people are told. FORBIDDEN to all but admins; another school's endpoint is
 * WEBHOOK_ENDPOINT_NOT_FOUND.
 */
export interface WebhookService {
  /** The oldest first, at most 20. */
  endpoints(viewer: Viewer): Promise<WebhookEndpointView[]>;
  /** In the order of `ids`, in one statement; an error in the place of one that is not the school's. */
  endpointsByIds(viewer: Viewer, ids: readonly string[]): Promise<(WebhookEndpointView | AppError)[]>;
  /** VALIDATION_ERROR for an address that could never be sent to, and for types that do not exist. */
  create(viewer: Viewer, endpoint: { url: string; events: readonly string[] }): Promise<WebhookWithSecret>;
  /** The secret before signs as well for 24 hours. */
  rotateSecret(viewer: Viewer, id: string): Promise<WebhookWithSecret>;
  delete(viewer: Viewer, id: string): Promise<void>;
}

const overlapHours = 24;

/** Creates the service. */
export function createWebhookService(
  database: Database,
  outbound: Pick<Outbound, 'refusalOf'>,
): WebhookService {
  function schoolOf(viewer: Viewer): string {
    if (!canManageWebhooks(viewer)) throw new AppError('FORBIDDEN');
    return viewer.organizationId;
  }

  return {
    endpoints: async (viewer) => listEndpoints(database, schoolOf(viewer)),

    async endpointsByIds(viewer, ids) {
      // Whoever may not see them is told what a stranger is told.
      const found = canManageWebhooks(viewer)
        ? await findEndpoints(database, viewer.organizationId, ids)
        : [];
      const byId = new Map(found.map((endpoint) => [endpoint.id, endpoint]));
      return ids.map((id) => byId.get(id) ?? new AppError('WEBHOOK_ENDPOINT_NOT_FOUND'));
    },

    async create(viewer, { url, events }) {
      const organizationId = schoolOf(viewer);
      const refusal = outbound.refusalOf(url);
      // What concerns one person alone is no business of the school's.
      const unknown = events.filter((name) => eventTypeOf(name)?.confidential ?? true);
      const fields: ErrorFields = {
        ...(refusal ? { 'input.url': [refusal] } : {}),
        ...(unknown.length > 0
          ? { 'input.events': unknown.map((name) => ({ rule: 'NO_NOTIFICATION_TYPE', name })) }
          : {}),
      };
      if (Object.keys(fields).length > 0) throw new AppError('VALIDATION_ERROR', fields);
      const secret = newWebhookSecret();
      const chosen = { id: newId(), url, events: [...new Set(events)], secret };
      const endpoint = await insertEndpoint(database, organizationId, chosen);
      if (!endpoint) throw invalid('input', { rule: 'AT_MOST_ENDPOINTS', max: maxEndpoints });
      return { endpoint, secret: shownSecret(secret) };
    },

    async rotateSecret(viewer, id) {
      const secret = newWebhookSecret();
      const endpoint = await rotateSecret(database, schoolOf(viewer), id, secret, overlapHours);
      if (!endpoint) throw new AppError('WEBHOOK_ENDPOINT_NOT_FOUND');
      return { endpoint, secret: shownSecret(secret) };
    },

    async delete(viewer, id) {
      const deleted = await deleteEndpoint(database, schoolOf(viewer), id);
      if (!deleted) throw new AppError('WEBHOOK_ENDPOINT_NOT_FOUND');
    },
  };
}
