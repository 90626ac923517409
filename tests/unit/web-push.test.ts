import { importJWK, jwtVerify } from 'jose';
import { encryptPush, isReceiverKey, maxPlainBytes } from '../../src/platform/web-push/encryption.js';
import { createVapidSigner, newVapidKeys, vapidProblem } from '../../src/platform/web-push/vapid.js';
import { decryptPush, newBrowser } from '../queue/push-receiver.js';

const bytes = (text: string) => Buffer.from(text, 'base64url');

it('encrypts the example of RFC 8291 to the very bytes that it gives', () => {
  const message = encryptPush(
    Buffer.from('When I grow up, I want to be a watermelon'),
    {
      p256dh: bytes(
        'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      ),
      auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    },
    {
      privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
      salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
    },
  );
  expect(message.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

it('encrypts what its browser can read, up to the size that every push service takes', () => {
  const browser = newBrowser();
  const plain = Buffer.alloc(maxPlainBytes, 'я');
  const message = encryptPush(plain, browser);
  expect(message).toHaveLength(4_096);
  expect(decryptPush(message, browser).equals(plain)).toBe(true);
  expect(() => encryptPush(Buffer.alloc(maxPlainBytes + 1), browser)).toThrow(RangeError);
});

it('knows a key that nothing can be encrypted for', () => {
  expect(isReceiverKey(newBrowser().p256dh)).toBe(true);
  expect(isReceiverKey(Buffer.alloc(65, 4))).toBe(false);
  expect(isReceiverKey(Buffer.alloc(3))).toBe(false);
});

it('signs for one push service and for some hours', async () => {
  const keys = newVapidKeys();
  const now = new Date();
  const signer = createVapidSigner(keys, 'mailto:school@example.org');
  const header = await signer.authorization('https://push.example', now);
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  expect(key).toBe(keys.publicKey);
  const point = bytes(keys.publicKey);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const { payload } = await jwtVerify(token ?? '', await importJWK(jwk, 'ES256'), {
    audience: 'https://push.example',
  });
  expect(payload).toEqual({
    aud: 'https://push.example',
    sub: 'mailto:school@example.org',
    exp: Math.floor(now.getTime() / 1_000) + 43_200,
  });
});

it('makes keys that fit, and tells those that do not', () => {
  const keys = newVapidKeys();
  expect(vapidProblem(keys)).toBeNull();
  expect(vapidProblem({ ...keys, publicKey: newVapidKeys().publicKey })).toContain('not that of');
  expect(vapidProblem({ ...keys, privateKey: '' })).toContain('not one of P-256');
});
