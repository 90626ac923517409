import { SignJWT } from 'jose';
import { decodeId, encodeId } from '../../src/shared/ids.js';
import type { Person } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import {
  refreshSession,
  revokeSession,
  sessions,
  signInAs,
  signOut,
  type Tokens,
  viewer,
} from './account-operations.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const someone = async () => (await app.seed.school()).tutor();
const sql = (text: string, ...values: unknown[]) => app.foundation.database.sql(text, ...values);

/** The code with which a token is refused, or null. */
async function refusal(accessToken: string): Promise<string | null> {
  const { errors } = await app.client(accessToken).send(viewer);
  return errors?.[0]?.extensions.code ?? null;
}

/** What a refresh gives: the next tokens, or the code of its refusal. */
async function refresh(token: string): Promise<Tokens | string> {
  const { data, errors } = await app.client().send(refreshSession, { token });
  return errors?.[0]?.extensions.code ?? data.refreshSession;
}

async function refreshed(token: string): Promise<Tokens> {
  const tokens = await refresh(token);
  if (typeof tokens === 'string') throw new Error(`the refresh was refused: ${tokens}`);
  return tokens;
}

describe('refreshSession', () => {
  it('gives the user, a living access token and the next refresh token', async () => {
    const person = await someone();
    const { refreshToken } = await signInAs(app.client(), person);
    const { refreshSession: payload } = await app.client().data(refreshSession, { token: refreshToken });
    expect(payload.user).toMatchObject({ id: person.id, email: person.email });
    expect(payload.refreshToken).not.toBe(refreshToken);
    expect(await refusal(payload.accessToken)).toBeNull();
  });

  it('gives 20 simultaneous uses of one token the same successor, and the session goes on', async () => {
    const { refreshToken } = await signInAs(app.client(), await someone());
    const all = await Promise.all(Array.from({ length: 20 }, () => refreshed(refreshToken)));
    const successors = new Set(all.map((tokens) => tokens.refreshToken));
    expect(successors.size).toBe(1);
    const [successor] = successors;
    expect(await refusal((await refreshed(successor as string)).accessToken)).toBeNull();
  });

  it('ends the whole family when a token comes again after its successor was used', async () => {
    const first = await signInAs(app.client(), await someone());
    const second = await refreshed(first.refreshToken);
    const third = await refreshed(second.refreshToken);
    expect(await refresh(first.refreshToken)).toBe('SESSION_EXPIRED');
    expect(await refresh(third.refreshToken)).toBe('SESSION_EXPIRED');
    expect(await refusal(third.accessToken)).toBe('SESSION_EXPIRED');
  });

  it('ends the family when a token comes again after more than 10 seconds', async () => {
    const first = await signInAs(app.client(), await someone());
    const second = await refreshed(first.refreshToken);
    await sql(
      `UPDATE refresh_token SET used_at = used_at - interval '11 seconds' WHERE session_id = $1`,
      sessionOf(second.accessToken),
    );
    expect(await refresh(first.refreshToken)).toBe('SESSION_EXPIRED');
    expect(await refusal(second.accessToken)).toBe('SESSION_EXPIRED');
  });

  it('leaves the other sessions of the user alone when one family ends', async () => {
    const person = await someone();
    const [stolen, other] = [await signInAs(app.client(), person), await signInAs(app.client(), person)];
    const { refreshToken } = await refreshed(stolen.refreshToken);
    await refreshed(refreshToken);
    await refresh(stolen.refreshToken);
    expect(await refusal(other.accessToken)).toBeNull();
  });

  it('refuses a token that nobody was given, and an access token', async () => {
    const { accessToken } = await signInAs(app.client(), await someone());
    expect(await refresh('nonsense')).toBe('SESSION_EXPIRED');
    expect(await refresh(accessToken)).toBe('SESSION_EXPIRED');
  });

  it('refuses a session that was idle for 30 days', async () => {
    const { accessToken, refreshToken } = await signInAs(app.client(), await someone());
    await sql('UPDATE session SET expires_at = now() WHERE id = $1', sessionOf(accessToken));
    expect(await refresh(refreshToken)).toBe('SESSION_EXPIRED');
    expect(await refusal(accessToken)).toBe('SESSION_EXPIRED');
  });

  it('prolongs the session to 30 days from now and forgets tokens older than that', async () => {
    const first = await signInAs(app.client(), await someone());
    const second = await refreshed(first.refreshToken);
    const id = sessionOf(first.accessToken);
    await sql(`UPDATE session SET expires_at = now() + interval '1 day' WHERE id = $1`, id);
    await sql(
      `UPDATE refresh_token SET created_at = now() - interval '31 days' WHERE session_id = $1 AND generation = 1`,
      id,
    );
    await refreshed(second.refreshToken);
    const rows = await sql(
      `SELECT round(extract(epoch FROM s.expires_at - now()) / 86400)::int AS days,
         (SELECT array_agg(generation ORDER BY generation) FROM refresh_token WHERE session_id = s.id) AS kept
       FROM session s WHERE s.id = $1`,
      id,
    );
    expect(rows).toEqual([{ days: 30, kept: [2, 3] }]);
  });

  it('keeps nothing from which a token could be read', async () => {
    const { accessToken, refreshToken } = await signInAs(app.client(), await someone());
    const [row] = await app.foundation.database.sql<{ hash: Buffer }>(
      'SELECT hash FROM refresh_token WHERE session_id = $1',
      sessionOf(accessToken),
    );
    expect(row?.hash).toHaveLength(32);
    expect(row?.hash.equals(Buffer.from(refreshToken, 'base64url'))).toBe(false);
  });
});

describe('signOut', () => {
  it('ends access and refreshing at once', async () => {
    const { accessToken, refreshToken } = await signInAs(app.client(), await someone());
    expect(await app.client(accessToken).data(signOut)).toEqual({ signOut: { ok: true } });
    expect(await refusal(accessToken)).toBe('SESSION_EXPIRED');
    expect(await refresh(refreshToken)).toBe('SESSION_EXPIRED');
  });

  it('closes the open sockets of the session with 4403', async () => {
    const { accessToken } = await signInAs(app.client(), await someone());
    const socket = app.socket(accessToken);
    const events = socket.subscribe('subscription { notificationEvents { __typename } }');
    expect(await events.next()).toEqual({ notificationEvents: { __typename: 'ChannelJoined' } });
    await app.client(accessToken).data(signOut);
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  it('needs someone who is signed in', async () => {
    expect((await app.client().error(signOut)).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('sessions', () => {
  it('lists the living ones of the viewer alone and marks that of the request', async () => {
    const person = await someone();
    const { accessToken } = await signInAs(app.client(), person);
    const over = await signInAs(app.client(), person);
    await app.client(over.accessToken).data(signOut);
    await signInAs(app.client(), await someone());
    const answer = await app.client(accessToken).data(sessions);
    const seen = answer.sessions.map(({ id, current }: { id: string; current: boolean }) => ({
      id,
      current,
    }));
    expect(new Set(seen)).toEqual(
      new Set([
        { id: encodeId('session', sessionOf(accessToken)), current: true },
        { id: encodeId('session', person.sessionId), current: false },
      ]),
    );
  });

  it('tells what the device said of itself', async () => {
    const { accessToken } = await signInAs(app.client(), await someone());
    const { node } = await app
      .client(accessToken)
      .data('query ($id: ID!) { node(id: $id) { ... on Session { userAgent } } }', {
        id: encodeId('session', sessionOf(accessToken)),
      });
    expect(node).toEqual({ userAgent: 'node' });
  });

  it('needs someone who is signed in', async () => {
    expect((await app.client().error(sessions)).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('revokeSession', () => {
  const idOf = ({ sessionId }: Person) => encodeId('session', sessionId);

  it('ends another session of the viewer and no more', async () => {
    const person = await someone();
    const { accessToken } = await signInAs(app.client(), person);
    await app.client(accessToken).data(revokeSession, { id: idOf(person) });
    expect(await refusal(person.accessToken)).toBe('SESSION_EXPIRED');
    expect(await refusal(accessToken)).toBeNull();
  });

  it("does not find anybody else's, nor one that has ended", async () => {
    const [mine, other] = await Promise.all([someone(), someone()]);
    const client = app.client(mine.accessToken);
    expect((await client.error(revokeSession, { id: idOf(other) })).extensions.code).toBe(
      'SESSION_NOT_FOUND',
    );
    expect(await refusal(other.accessToken)).toBeNull();
    const ended = await signInAs(app.client(), mine);
    await app.client(ended.accessToken).data(signOut);
    const id = encodeId('session', sessionOf(ended.accessToken));
    expect((await client.error(revokeSession, { id })).extensions.code).toBe('SESSION_NOT_FOUND');
  });

  it('refuses the id of something else', async () => {
    const person = await someone();
    const error = await app.client(person.accessToken).error(revokeSession, { id: person.id });
    expect(error.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      fields: { 'input.sessionId': ['must be the id of a session'] },
    });
  });

  it('needs someone who is signed in', async () => {
    const id = idOf(await someone());
    expect((await app.client().error(revokeSession, { id })).extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('an access token', () => {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['of another audience', {}, { aud: 'other' }],
    ['of another issuer', {}, { iss: 'other' }],
    ['of another type', { typ: 'JWT' }, {}],
    ['of an unknown key', { kid: '../../dev/null' }, {}],
    ['of no key', { kid: undefined }, {}],
    ['with another algorithm', { alg: 'HS384' }, {}],
    ['that has expired', {}, { exp: 1 }],
    ['that is not valid yet', {}, { nbf: 4_000_000_000 }],
    ['without an end', {}, { exp: undefined }],
    ['without a session', {}, { sid: undefined }],
    ['whose session is a user', {}, { sid: encodeId('user', '01900000-0000-7000-8000-000000000001') }],
  ])('%s is refused, although its signature is right', async (_what, header, claims) => {
    const forged = await signed(await someone(), { header, claims });
    expect(await refusal(forged)).toBe('UNAUTHENTICATED');
  });

  it('signed like ours is accepted, so that the refusals above have their own reasons', async () => {
    expect(await refusal(await signed(await someone(), {}))).toBeNull();
  });

  it('without a signature is refused', async () => {
    const [header, claims] = (await someone()).accessToken.split('.');
    const none = { ...JSON.parse(Buffer.from(header as string, 'base64url').toString()), alg: 'none' };
    expect(await refusal(`${base64(none)}.${claims}.`)).toBe('UNAUTHENTICATED');
  });

  it('that brings its own key is refused', async () => {
    const key = Buffer.alloc(48, 'k');
    const header = { jwk: { kty: 'oct', k: key.toString('base64url') } };
    expect(await refusal(await signed(await someone(), { header, key }))).toBe('UNAUTHENTICATED');
  });

  it('that is a refresh token is refused', async () => {
    const { refreshToken } = await signInAs(app.client(), await someone());
    expect(await refusal(refreshToken)).toBe('UNAUTHENTICATED');
  });

  it("of one user with another's session is refused", async () => {
    const [one, other] = await Promise.all([someone(), someone()]);
    const mixed = await signed(one, { claims: { sid: encodeId('session', other.sessionId) } });
    expect(await refusal(mixed)).toBe('SESSION_EXPIRED');
  });

  it('of a user who was deleted is refused', async () => {
    const person = await someone();
    await sql('DELETE FROM app_user WHERE id = $1', person.uuid);
    expect(await refusal(person.accessToken)).toBe('SESSION_EXPIRED');
  });

  it('carries the role that the user has now, not the one of its making', async () => {
    const person = await someone();
    await sql(`UPDATE app_user SET role = 'STUDENT' WHERE id = $1`, person.uuid);
    expect((await app.client(person.accessToken).data(viewer)).viewer.role).toBe('STUDENT');
  });

  /** The person's token with changes, signed with the right key unless told otherwise. */
  function signed(
    { accessToken }: Person,
    changes: { header?: object; claims?: object; key?: Buffer },
  ): Promise<string> {
    const [header, claims] = accessToken
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    // Through JSON, in which what is undefined is left out.
    const merged = (...parts: unknown[]) => JSON.parse(JSON.stringify(Object.assign({}, ...parts)));
    const key = changes.key ?? Buffer.from(app.foundation.secret);
    return new SignJWT(merged(claims, changes.claims))
      .setProtectedHeader(merged(header, changes.header))
      .sign(key);
  }
});

/** The UUID of the session that a token belongs to. */
function sessionOf(accessToken: string): string {
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] as string, 'base64url').toString());
  const uuid = decodeId('session', claims.sid);
  if (!uuid) throw new Error('the token names no session');
  return uuid;
}
