/** What a handler says that became of an item; a failure is thrown instead. */
export type HandlerOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  /** To be tried again later, without any cost; a second from now at the soonest. */
  | { readonly kind: 'deferred'; readonly until: Date }
  | { readonly kind: 'deferred'; readonly delaySeconds: number };

/** What a worker writes down for an item. */
export type Outcome =
  | HandlerOutcome
  /** `final`: it will not be tried again, whatever the number of attempts. */
  | { readonly kind: 'failed'; readonly error: Error; readonly final: boolean }
  /** This release has no schema or no handler for it: a newer one may. */
  | { readonly kind: 'unknown'; readonly error: Error };

/** What is told to observers. */
export type ObservedOutcome =
  | Outcome
  /** The lease had ended before the outcome could be written; what became of the item is another's to say. */
  | { readonly kind: 'lost' }
  /** The worker stopped and gave it back. */
  | { readonly kind: 'handedBack' };

/** Thrown by a handler: trying again is pointless, the item is a dead letter at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** An item of an event type, or for a channel, that this release does not know. */
export class UnknownItem extends Error {
  override readonly name = 'UnknownItem';
}

/** Thrown by `complete` and `skip` of a handler: the item is another's by now, so the transaction must roll back. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor(itemId: string) {
    super(`The lease of queue item ${itemId} was lost.`);
  }
}
