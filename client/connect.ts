import { ApolloClient, ApolloLink, HttpLink, type OperationVariables } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import type { Client } from 'graphql-ws';
import { authLink } from './auth-link.js';
import { createCache } from './cache-policies.js';
import { createLiveSocket } from './live-socket.js';
import { createResumable, type Resumable, type ResumableOptions } from './resumable.js';
import { resumableLink } from './resumable-link.js';
import { createSession, type Session, type SessionOptions, type Tokens } from './session.js';
import { renewSocket } from './socket-renewal.js';

export interface ConnectOptions extends SessionOptions {
  /** Where there is no global WebSocket: Node.js before 22. */
  readonly webSocketImpl?: unknown;
  /** How subscriptions come back after a cut. */
  readonly resume?: Omit<ResumableOptions, 'onUnauthenticated'>;
}

/** All that an application needs to talk to the API as one user. */
export interface Connection {
  readonly session: Session;
  /** Queries and mutations over HTTP, subscriptions over a WebSocket that is opened when there is one. */
  readonly apollo: ApolloClient;
  /** The socket itself, for its events. */
  readonly socket: Client;
  /** The subscriptions without Apollo, for a program that only listens. */
  readonly resumable: Resumable;
  /** After a sign-in or a sign-up: its payload. The socket begins anew as this user. */
  signIn(tokens: Tokens): Promise<void>;
  /** Forgets the user and what was cached for them; the mutation `signOut` ends the session on the server. */
  signOut(): Promise<void>;
  /** Ends everything that is open. */
  close(): Promise<void>;
}

/** Connects to the API. Nothing is sent yet. */
export function connect(options: ConnectOptions): Connection {
  const { url, resume, webSocketImpl, fetch: send = fetch } = options;
  const session = createSession(options);
  // The token that the socket began with, so that only its refusal leads to a refresh.
  let presented: string | null = null;
  const socket = createLiveSocket({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl,
    connectionParams: async () => {
      presented = await session.accessToken();
      return presented ? { accessToken: presented } : {};
    },
  });
  renewSocket({
    socket,
    session,
    onRenewed: (accessToken) => {
      presented = accessToken;
    },
  });
  const resumable = createResumable(socket, { ...resume, onUnauthenticated: () => session.renew(presented) });
  const live = resumableLink(resumable, async () => {
    await apollo.refetchQueries({ include: 'active' });
  });
  const apollo = new LiveApolloClient({
    cache: createCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      live,
      ApolloLink.from([authLink(session), new HttpLink({ uri: url, fetch: send })]),
    ),
  });
  const begin = async (tokens: Tokens | null) => {
    if (tokens) session.begin(tokens);
    else session.end();
    socket.terminate();
    await apollo.clearStore();
  };
  return {
    session,
    apollo,
    socket,
    resumable,
    signIn: begin,
    signOut: () => begin(null),
    close: async () => {
      apollo.stop();
      await socket.dispose();
    },
  };
}

class LiveApolloClient extends ApolloClient {
  /**
   * Two equal subscriptions that begin at different times are two: shared, the later one would not be told what came
   * between its `after` and now.
   */
  override subscribe<Data = unknown, Variables extends OperationVariables = OperationVariables>(
    options: ApolloClient.SubscribeOptions<Data, Variables>,
  ) {
    const context = { queryDeduplication: false, ...options.context };
    return super.subscribe<Data, Variables>({ ...options, context });
  }
}
