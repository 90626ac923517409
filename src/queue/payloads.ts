import { z } from 'zod';
import type { PayloadSchemas } from './item.js';

/** A payload that does not fit its event type, or, when it is enqueued, an event type that nobody knows. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

/** Whether there is a schema for the event type. */
export function isKnown(schemas: PayloadSchemas, eventType: string): boolean {
  return Object.hasOwn(schemas, eventType);
}

/** The payload as its schema gives it; throws `PayloadError`. */
export function checkPayload(schemas: PayloadSchemas, eventType: string, payload: unknown): unknown {
  const schema = isKnown(schemas, eventType) ? schemas[eventType] : undefined;
  if (!schema) throw new PayloadError(`The event type "${eventType}" is not known.`);
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  throw new PayloadError(`The payload of "${eventType}" is not valid: ${z.prettifyError(result.error)}`);
}
