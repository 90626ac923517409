import { ApolloLink, CombinedGraphQLErrors, Observable, type TypedDocumentNode } from '@apollo/client';
import type { SubscriptionError } from './failures.js';
import type { OnReset, Resumable } from './resumable.js';

declare module '@apollo/client' {
  interface DefaultContext {
    /** What a subscription does when its history is gone: see OnReset. */
    onChannelReset?: OnReset;
  }
}

/**
 * A terminating Apollo link for subscriptions that survive cuts: `client.subscribe` and `useSubscription` get every
 * event once and in order. `onReset` is for operations whose context has no `onChannelReset` of their own. GraphQL
 * errors come as CombinedGraphQLErrors, anything else as SubscriptionError.
 */
export function resumableLink(resumable: Resumable, onReset?: OnReset): ApolloLink {
  return new ApolloLink(
    (operation) =>
      new Observable<ApolloLink.Result>((observer) =>
        resumable.subscribe(
          {
            query: operation.query as TypedDocumentNode<Record<string, unknown>>,
            variables: operation.variables,
            operationName: operation.operationName,
            onReset: operation.getContext().onChannelReset ?? onReset,
          },
          {
            next: (result) => observer.next(result),
            error: (error) => observer.error(asApolloError(error)),
            complete: () => observer.complete(),
          },
        ),
      ),
  );
}

function asApolloError(error: SubscriptionError): Error {
  return error.errors.length > 0 ? new CombinedGraphQLErrors({ errors: error.errors }) : error;
}
