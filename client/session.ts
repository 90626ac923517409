import { type GraphQLFormattedError, print } from 'graphql';
import {
  RefreshSessionDocument,
  type RefreshSessionMutation,
  type RefreshSessionMutationVariables,
} from './generated/operations.js';

/** What a sign-in gives: an AuthPayload has these. */
export interface Tokens {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** The session is over: the user has to sign in again. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';

  /** Why, in the server's words. */
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message);
  }
}

export interface SessionOptions {
  /** The GraphQL endpoint, such as `https://school.example/graphql`. */
  readonly url: string;
  /** Tokens that were kept from before. */
  readonly tokens?: Tokens | null;
  /** Told whenever the tokens change, to keep them; null when the session is over. */
  readonly onChange?: (tokens: Tokens | null) => void;
  /** How long before its end an access token is replaced. Default 60 s. */
  readonly refreshAheadMilliseconds?: number;
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
}

/** Who is signed in, with an access token that is always fresh. */
export interface Session {
  tokens(): Tokens | null;
  /** After a sign-in or a sign-up. */
  begin(tokens: Tokens): void;
  /** After a sign-out. */
  end(): void;
  /** The access token, refreshed when it is near its end; null when nobody is signed in. */
  accessToken(): Promise<string | null>;
  /** Milliseconds until the access token is near its end, so that `accessToken` gives another; null without one. */
  freshFor(): number | null;
  /**
   * Replaces the access token that the server refused, unless that has been done already. Fails with a
   * SessionEndedError when the session is over, and with another error when the server could not be reached.
   */
  renew(refused: string | null): Promise<void>;
}

/** The codes by which the server says that a refresh token is good for nothing any more. */
const endingCodes: readonly unknown[] = ['UNAUTHENTICATED', 'SESSION_EXPIRED', 'VALIDATION_ERROR'];

/** Keeps the tokens of one user and refreshes them in time, once for all that ask at the same time. */
export function createSession(options: SessionOptions): Session {
  const { url, onChange, refreshAheadMilliseconds = 60_000, now = Date.now, fetch: send = fetch } = options;
  let current = options.tokens ?? null;
  let refreshing: Promise<void> | null = null;

  const change = (tokens: Tokens | null) => {
    current = tokens;
    onChange?.(tokens);
  };

  const refresh = async () => {
    const before = current;
    if (!before)
      throw new SessionEndedError([{ message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } }]);
    const { data, errors = [] } = await postRefresh(send, url, before.refreshToken);
    // Whoever signed out or in meanwhile stays so.
    if (current !== before) return;
    if (data) return change(data.refreshSession);
    if (!errors.some(({ extensions }) => endingCodes.includes(extensions?.['code']))) {
      throw Object.assign(new Error(errors[0]?.message ?? 'The session could not be refreshed.'), { errors });
    }
    change(null);
    throw new SessionEndedError(errors);
  };

  // A refresh token is good once: all that ask at the same time share one refresh.
  const refreshOnce = () => {
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  const left = () => (current ? Date.parse(current.accessTokenExpiresAt) - now() : null);

  return {
    tokens: () => current,
    begin: change,
    end: () => change(null),
    renew: async (refused) => {
      if (!current || current.accessToken === refused) await refreshOnce();
    },
    freshFor: () => {
      const milliseconds = left();
      return milliseconds === null ? null : milliseconds - refreshAheadMilliseconds;
    },
    accessToken: async () => {
      const milliseconds = left() ?? Number.POSITIVE_INFINITY;
      if (milliseconds < refreshAheadMilliseconds) {
        await refreshOnce().catch((error: unknown) => {
          // A server that cannot be reached right now is no reason to leave a token unused that is still good.
          if (error instanceof SessionEndedError || milliseconds <= 0) throw error;
        });
      }
      return current?.accessToken ?? null;
    },
  };
}

interface RefreshAnswer {
  readonly data?: RefreshSessionMutation | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

async function postRefresh(send: typeof fetch, url: string, refreshToken: string): Promise<RefreshAnswer> {
  const variables: RefreshSessionMutationVariables = { input: { refreshToken } };
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(RefreshSessionDocument), variables }),
  });
  return (await response.json()) as RefreshAnswer;
}
