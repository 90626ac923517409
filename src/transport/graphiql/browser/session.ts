/** Browser script: `createSession(endpoint)` keeps who is signed in, for this browser tab only. */
export const sessionScript = `
const createSession = (endpoint) => {
  const storageKey = 'lectern.session';
  const refreshAheadMs = 30000;
  const fields = '{ accessToken accessTokenExpiresAt refreshToken user { id displayName role } }';
  const listeners = [];
  let current = JSON.parse(sessionStorage.getItem(storageKey) || 'null');
  let refreshing = null;

  const keep = (session) => {
    current = session;
    if (session) sessionStorage.setItem(storageKey, JSON.stringify(session));
    else sessionStorage.removeItem(storageKey);
  };
  const change = (session, notice) => {
    keep(session);
    for (const listener of listeners) listener(session && session.user, notice);
  };
  const end = () => change(null, 'The session has ended. Sign in again.');

  const execute = async (query, input, token) => {
    const headers = token ? { authorization: 'Bearer ' + token } : {};
    const result = await postGraphql(endpoint, { query, variables: { input } }, headers);
    const failure = result.errors && result.errors[0];
    if (!failure) return result.data;
    throw Object.assign(new Error(failure.message), { code: failure.extensions && failure.extensions.code });
  };

  const isOver = ({ code }) => code === 'UNAUTHENTICATED' || code === 'SESSION_EXPIRED';

  const refresh = async () => {
    const before = current;
    try {
      const query = 'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) ' + fields + ' }';
      const data = await execute(query, { refreshToken: before.refreshToken });
      // Whoever signed out or in meanwhile stays so.
      if (current === before) keep(data.refreshSession);
    } catch (error) {
      if (isOver(error) && current === before) end();
      throw error;
    }
  };

  const accessToken = async () => {
    if (current && Date.parse(current.accessTokenExpiresAt) - Date.now() < refreshAheadMs) {
      // A refresh token is good once: requests at the same time share one refresh.
      refreshing ??= refresh().finally(() => { refreshing = null; });
      await refreshing;
    }
    return current ? current.accessToken : null;
  };

  return {
    accessToken,
    onChange(listener) {
      listeners.push(listener);
    },
    async signIn(email, password) {
      const query = 'mutation ($input: SignInInput!) { signIn(input: $input) ' + fields + ' }';
      const data = await execute(query, { email, password });
      change(data.signIn);
    },
    async signOut() {
      const token = await accessToken().catch(() => null);
      change(null);
      if (token) await execute('mutation { signOut { ok } }', undefined, token);
    },
    // After a reload: the server may have forgotten the session, or the user may have a new name.
    async restore() {
      const before = current;
      change(before);
      if (!before) return;
      const unchanged = () => current && current.user.id === before.user.id;
      try {
        const data = await execute('{ viewer { id displayName role } }', undefined, await accessToken());
        if (unchanged() && data.viewer) change({ ...current, user: data.viewer });
        else if (unchanged()) end();
      } catch (error) {
        if (isOver(error) && unchanged()) end();
      }
    },
  };
};
`;
