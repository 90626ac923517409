import { print } from 'graphql';
import type { Client } from 'graphql-ws';
import { AuthenticateSocketDocument, type AuthenticateSocketMutation } from './generated/operations.js';
import type { Session } from './session.js';

export interface SocketRenewalOptions {
  readonly socket: Pick<Client, 'subscribe' | 'on'>;
  readonly session: Pick<Session, 'accessToken' | 'freshFor'>;
  /** Told of the token that the socket goes on with. */
  readonly onRenewed: (accessToken: string) => void;
}

/** The shortest time between two attempts: a server that gives tokens of no length is not asked all the time. */
const atLeastMilliseconds = 5_000;
/** The longest wait that a timer takes. */
const longestMilliseconds = 2 ** 31 - 1;

/**
 * Keeps an open socket signed in: near the end of its access token it is given the next one, so that no subscription
 * notices. When that fails the server closes the socket at the end of the token, and the subscriptions resume.
 */
export function renewSocket({ socket, session, onRenewed }: SocketRenewalOptions): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: string | null = null;

  const schedule = (first: boolean) => {
    clearTimeout(timer);
    const freshFor = session.freshFor();
    if (freshFor === null) return;
    const wait = Math.max(freshFor + 1, first ? 0 : atLeastMilliseconds);
    timer = setTimeout(renew, Math.min(wait, longestMilliseconds));
  };

  const renew = async () => {
    const accessToken = await session.accessToken().catch(() => null);
    if (accessToken === null) return;
    if (accessToken === last) return schedule(false);
    socket.subscribe<AuthenticateSocketMutation>(
      { query: print(AuthenticateSocketDocument), variables: { input: { accessToken } } },
      {
        next: ({ data }) => {
          if (!data) return;
          last = accessToken;
          onRenewed(accessToken);
          schedule(false);
        },
        // The end of the token is told by the close of the socket.
        error: () => {},
        complete: () => {},
      },
    );
  };

  socket.on('connected', () => schedule(true));
  socket.on('closed', () => clearTimeout(timer));
}
