import { ApolloLink, CombinedGraphQLErrors } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { from, mergeMap } from 'rxjs';
import type { Session } from './session.js';

declare module '@apollo/client' {
  interface DefaultContext {
    /** The access token that an operation was sent with. */
    accessToken?: string | null;
    /** Whether an operation has been sent again with another access token. */
    sentAgain?: boolean;
  }
}

/**
 * An Apollo link that signs each operation with the session's access token. An operation that is refused with
 * UNAUTHENTICATED, which happens before it has any effect, is sent again once with a new token.
 */
export function authLink(session: Session): ApolloLink {
  const sign = new SetContextLink(async ({ headers }) => {
    const accessToken = await session.accessToken();
    if (!accessToken) return { accessToken };
    return { accessToken, headers: { ...headers, authorization: `Bearer ${accessToken}` } };
  });
  const sendAgain = new ErrorLink(({ error, operation, forward }) => {
    const { accessToken, sentAgain } = operation.getContext();
    if (!accessToken || sentAgain || !isUnauthenticated(error)) return;
    operation.setContext({ sentAgain: true });
    return from(session.renew(accessToken)).pipe(mergeMap(() => forward(operation)));
  });
  return ApolloLink.from([sendAgain, sign]);
}

function isUnauthenticated(error: unknown): boolean {
  const errors = CombinedGraphQLErrors.is(error) ? error.errors : [];
  return errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
}
