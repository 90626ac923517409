import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createTokenSigner } from '../../src/modules/accounts/access-tokens.js';
import { createRefreshTokens } from '../../src/modules/accounts/refresh-tokens.js';
import { signingKey, verificationKey } from '../../src/modules/accounts/token-keys.js';
import { encodeId } from '../../src/shared/ids.js';
import { type Person, seededPassword } from '../testkit/seed.js';
import { startApp, type TestApp } from '../testkit/start-app.js';
import { refreshSession, signInAs, viewer } from './account-operations.js';

const pair = generateKeyPairSync('ed25519');
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const previousSecret = 'the secret of before the rotation, long enough';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ config: { jwtPrivateKey: privatePem, jwtPreviousKeys: [previousSecret] } });
});
afterAll(() => app.stop());

const kid = signingKey(privatePem).kid;
const previousKid = verificationKey(previousSecret).kid;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1_000);

const claimsOf = ({ id, sessionId }: Person) => ({
  sub: id,
  sid: encodeId('session', sessionId),
  iss: 'lectern',
  aud: 'lectern-api',
  iat: seconds(),
  exp: seconds() + 900,
});
const header = { alg: 'EdDSA', typ: 'at+jwt', kid };
const bySecret = (secret: string | Buffer) => (text: string) =>
  createHmac('sha256', secret).update(text).digest();
const byKey = (key: KeyObject) => (text: string) => sign(null, Buffer.from(text), key);

interface Forgery {
  readonly header?: object;
  readonly claims?: object;
  readonly by?: (text: string) => Buffer;
}

/** Our token with changes, signed with the right key unless told otherwise. */
function forge(person: Person, { header: head, claims, by = byKey(pair.privateKey) }: Forgery = {}): string {
  const text = `${base64({ ...header, ...head })}.${base64({ ...claimsOf(person), ...claims })}`;
  return `${text}.${by(text).toString('base64url')}`;
}

async function onHttp(token: string): Promise<string> {
  const { errors } = await app.client(token).send(viewer);
  return errors?.[0]?.extensions.code ?? 'taken';
}

/** The reason with which the socket was closed, or `taken`. */
async function onSocket(token: string): Promise<string> {
  const socket = app.socket(token);
  const received = socket.subscribe('{ viewer { id } }');
  const taken = received.next().then(
    () => 'taken',
    () => socket.closed.then(({ code, reason }) => (code === 4403 ? reason : `${code} ${reason}`)),
  );
  return taken;
}

async function expectBoth(token: string, said: string): Promise<void> {
  expect({ http: await onHttp(token), socket: await onSocket(token) }).toEqual({ http: said, socket: said });
}

const someone = async () => (await app.seed.school()).tutor();
const own = generateKeyPairSync('ed25519');
const ownJwk = own.publicKey.export({ format: 'jwk' });

it('takes the token that the tricks are made of, so that each refusal has its own reason', async () => {
  await expectBoth(forge(await someone()), 'taken');
});

it.each<[string, Forgery]>([
  ['no algorithm and no signature', { header: { alg: 'none' }, by: () => Buffer.alloc(0) }],
  ['no algorithm, in other letters', { header: { alg: 'nOnE' }, by: () => Buffer.alloc(0) }],
  ['HS256 with our public key as the secret', { header: { alg: 'HS256' }, by: bySecret(publicPem) }],
  [
    'HS256 with our public key in DER',
    {
      header: { alg: 'HS256' },
      by: bySecret(createPublicKey(publicPem).export({ type: 'spki', format: 'der' })),
    },
  ],
  ['the name of another key of ours', { header: { kid: previousKid } }],
  ['EdDSA under the name of a secret', { header: { kid: previousKid, alg: 'EdDSA' } }],
  [
    'HS384 with a secret of ours',
    { header: { alg: 'HS384', kid: previousKid }, by: bySecret(previousSecret) },
  ],
  ['a kid that is a path', { header: { kid: '../../../../dev/null' }, by: bySecret('') }],
  [
    'a kid that is a path, with an empty key',
    { header: { alg: 'HS256', kid: '/dev/null' }, by: bySecret('') },
  ],
  ['a kid that is SQL', { header: { kid: "' UNION SELECT 'x" } }],
  ['a kid that every object has', { header: { kid: '__proto__' } }],
  ['no kid', { header: { kid: undefined } }],
  ['a key in jwk', { header: { jwk: ownJwk }, by: byKey(own.privateKey) }],
  ['a key behind jku', { header: { jku: 'http://127.0.0.1:9/keys' }, by: byKey(own.privateKey) }],
  ['a key behind x5u', { header: { x5u: 'http://127.0.0.1:9/cert' }, by: byKey(own.privateKey) }],
  ['a critical extension', { header: { crit: ['urgent'], urgent: true } }],
  ['another audience', { claims: { aud: 'another-api' } }],
  ['another issuer', { claims: { iss: 'somebody' } }],
  ['another type', { header: { typ: 'JWT' } }],
  ['the type of a refresh token', { header: { typ: 'rt+jwt' } }],
  ['no type', { header: { typ: undefined } }],
  ['an end in the past', { claims: { exp: seconds() - 1 } }],
  ['no end', { claims: { exp: undefined } }],
  ['a beginning in the future', { claims: { nbf: seconds() + 3_600 } }],
  [
    'a user who is a session',
    { claims: { sub: encodeId('session', '01900000-0000-7000-8000-000000000001') } },
  ],
])('a token with %s is UNAUTHENTICATED', async (_what, forgery) => {
  await expectBoth(forge(await someone(), forgery), 'UNAUTHENTICATED');
});

it.each<[string, string, Record<string, unknown>]>([
  ['has signed out', 'mutation { signOut { ok } }', {}],
  [
    'has changed the password',
    'mutation ($old: String!) { changePassword(input: { currentPassword: $old, newPassword: "a fresh and longer one" }) { accessToken } }',
    { old: seededPassword },
  ],
  [
    'was deleted',
    'mutation ($old: String!) { deleteAccount(input: { password: $old }) { ok } }',
    { old: seededPassword },
  ],
])('a token of a user who %s is SESSION_EXPIRED', async (_what, end, variables) => {
  const token = forge(await someone());
  await expectBoth(token, 'taken');
  await app.client(token).data(end, variables);
  await expectBoth(token, 'SESSION_EXPIRED');
});

it('refuses a refresh token as an access token, and an access token as a refresh token', async () => {
  const { accessToken, refreshToken } = await signInAs(app.client(), await someone());
  await expectBoth(refreshToken, 'UNAUTHENTICATED');
  const error = await app.client().error(refreshSession, { token: accessToken });
  expect(error.extensions.code).toBe('SESSION_EXPIRED');
});

it('takes tokens of a key of before the rotation, and signs with the present one', async () => {
  const person = await someone();
  const old = createTokenSigner({ current: previousSecret });
  const { token } = await old.sign({ userId: person.uuid, sessionId: person.sessionId }, new Date());
  await expectBoth(token, 'taken');
  const { accessToken } = await signInAs(app.client(), person);
  const head = JSON.parse(Buffer.from(accessToken.split('.')[0] as string, 'base64url').toString());
  expect(head).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid });
  await expectBoth(accessToken, 'taken');
});

it('refuses a token of a key that is no longer named', async () => {
  await expectBoth((await someone()).accessToken, 'UNAUTHENTICATED');
});

it('refuses a token that it has taken before once its time is over', async () => {
  const signer = createTokenSigner({ current: privatePem });
  const { uuid: userId, sessionId } = await someone();
  const now = new Date();
  const { token, expiresAt } = await signer.sign({ userId, sessionId }, now);
  for (const at of [now, new Date(expiresAt.getTime() - 1_000)])
    expect(await signer.verify(token, at)).toMatchObject({ userId, sessionId });
  await expect(signer.verify(token, expiresAt)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(signer.verify(`${token.slice(0, -3)}AAA`, now)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it('signs with P-256 too, and refuses a key of another kind', async () => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createTokenSigner({
    current: p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
  const subject = {
    userId: '01900000-0000-7000-8000-000000000001',
    sessionId: '01900000-0000-7000-8000-000000000002',
  };
  const { token } = await signer.sign(subject, new Date());
  expect(await signer.verify(token, new Date())).toMatchObject(subject);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(() => createTokenSigner({ current: pem })).toThrow('Ed25519 or P-256');
});

it('knows the successor that a refresh token had under the secret of before the rotation', () => {
  const [before] = createRefreshTokens([previousSecret]).successorsOf('token');
  const now = createRefreshTokens(['the present one', previousSecret]).successorsOf('token');
  expect(now).toHaveLength(2);
  expect(now[0]).not.toBe(before);
  expect(now[1]).toBe(before);
});
