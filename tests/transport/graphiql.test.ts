import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { createGraphiqlPage } from '../../src/transport/graphiql/page.js';

const page = createGraphiqlPage({
  demoAccounts: [{ email: 'a@example.test', password: 'demo', label: '</script><script>alert(1)</script>' }],
});
const respond = (request: { acceptEncoding?: string; ifNoneMatch?: string; host?: string } = {}) =>
  page.respond({ acceptEncoding: undefined, ifNoneMatch: undefined, host: undefined, ...request });

describe('the GraphiQL page', () => {
  test('allows each of its inline scripts by hash, and no other', async () => {
    const { headers, body } = await respond();
    const scripts = [...String(body).matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
      (match) => match[1] ?? '',
    );
    const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(hashes).toHaveLength(2);
    expect(headers['content-security-policy']).toContain(`script-src ${hashes.join(' ')};`);
  });

  test('gives a demo account as data that cannot become markup', async () => {
    const { body } = await respond();
    expect(String(body)).toContain('\\u003c/script>\\u003cscript>alert(1)');
    expect(String(body)).not.toContain('<script>alert(1)');
  });

  test('is compressed for who accepts gzip, and the same page', async () => {
    const plain = await respond({ acceptEncoding: 'br, gzip;q=0' });
    const compressed = await respond({ acceptEncoding: 'gzip, deflate, br' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(compressed.body ?? '').equals(plain.body ?? Buffer.alloc(0))).toBe(true);
  });

  test('is not sent again to who has it', async () => {
    const { headers } = await respond();
    const again = await respond({ ifNoneMatch: `"other", ${headers['etag']}` });
    expect(again).toMatchObject({ status: 304, body: null });
    expect(await respond({ ifNoneMatch: '"other"' })).toMatchObject({ status: 200 });
  });

  test.each(['school.example:4000', '127.0.0.1:4000', '[::1]:4000'])(
    'lets sockets reach %s',
    async (host) => {
      const { headers } = await respond({ host });
      expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://${host} wss://${host};`);
    },
  );

  test('lets no Host header add to its policy', async () => {
    const { headers } = await respond({ host: "evil.example; script-src 'unsafe-inline'" });
    expect(headers['content-security-policy']).toContain("connect-src 'self';");
    expect(headers['content-security-policy']).not.toContain('evil');
  });
});
