import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { AddressRefused, createOutbound, Unreachable } from '../../src/platform/outbound/outbound.js';
import { isPublicAddress } from '../../src/platform/outbound/public-address.js';

let server: Server;
let port: number;
const hosts: (string | undefined)[] = [];
let answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string } | null;

beforeAll(async () => {
  server = createServer((request, response) => {
    hosts.push(request.headers.host);
    request.resume();
    const given = answer(request.url ?? '');
    if (given) response.writeHead(given.status, given.headers).end(given.body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  hosts.length = 0;
  answer = () => ({ status: 204 });
});

const request = (url: string) => ({
  url,
  headers: {},
  body: Buffer.from('{}'),
  signal: new AbortController().signal,
});

/** Answers with these addresses, one after the other. */
function resolver(...answers: string[]) {
  const asked: string[] = [];
  const lookup = ((hostname: string, _options: unknown, callback: (...args: unknown[]) => void) => {
    asked.push(hostname);
    callback(null, [{ address: answers[asked.length - 1] ?? answers.at(-1), family: 4 }]);
  }) as LookupFunction;
  return { asked, lookup };
}

it.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::a00:1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:a00:1::1',
  'localhost',
  '',
])('does not take %s for an address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '193.0.0.1', '2606:4700::1111', '2a00:1450::1'])(
  'takes %s for an address of the public internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  ['http://example.org/', 'HTTPS'],
  ['ftp://example.org/', 'HTTPS'],
  ['https://user:secret@example.org/', 'URL_WITHOUT_USER'],
  ['https://127.0.0.1/', 'PUBLIC_ADDRESS'],
  ['https://2130706433/', 'PUBLIC_ADDRESS'],
  ['https://0x7f.1/', 'PUBLIC_ADDRESS'],
  ['https://[::1]/', 'PUBLIC_ADDRESS'],
  ['https://[::ffff:127.0.0.1]/', 'PUBLIC_ADDRESS'],
  ['no url', 'URL'],
])('refuses %s by the rule %s', (url, rule) => {
  expect(createOutbound({ allowInsecure: false }).refusalOf(url)).toEqual({ rule });
});

it('refuses a name with a private address when it connects, and connects to nothing', async () => {
  const { lookup } = resolver('127.0.0.1');
  const outbound = createOutbound({ allowInsecure: false, lookup });
  expect(outbound.refusalOf(`https://innocent.example:${port}/`)).toBeNull();
  await expect(outbound.post(request(`https://innocent.example:${port}/`))).rejects.toThrow(AddressRefused);
  expect(hosts).toEqual([]);
});

it('refuses a name when only one of its addresses is private', async () => {
  const lookup = ((_hostname: string, _options: unknown, callback: (...args: unknown[]) => void) =>
    callback(null, [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ])) as LookupFunction;
  const outbound = createOutbound({ allowInsecure: false, lookup });
  await expect(outbound.post(request('https://both.example/'))).rejects.toThrow(AddressRefused);
});

it('asks for a name once and connects to what was checked, so that a name cannot change its mind', async () => {
  const { asked, lookup } = resolver('127.0.0.1', '127.0.0.2');
  const outbound = createOutbound({ allowInsecure: true, lookup });
  expect(await outbound.post(request(`http://rebinding.example:${port}/`))).toMatchObject({ status: 204 });
  expect(asked).toEqual(['rebinding.example']);
  expect(hosts).toEqual([`rebinding.example:${port}`]);
});

it('does not follow a redirect', async () => {
  answer = (path) => (path === '/' ? { status: 302, headers: { location: '/secret' } } : { status: 200 });
  const outbound = createOutbound({ allowInsecure: true });
  expect(await outbound.post(request(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 302 });
  expect(hosts).toHaveLength(1);
});

it('gives up a server that does not answer in time', async () => {
  answer = () => null;
  const outbound = createOutbound({ allowInsecure: true, timeoutSeconds: 0.2 });
  await expect(outbound.post(request(`http://127.0.0.1:${port}/`))).rejects.toThrow(
    `127.0.0.1:${port}: no answer within 0.2 s`,
  );
});

it('reads no more than the beginning of an answer', async () => {
  answer = () => ({ status: 500, body: 'x'.repeat(1_000_000) });
  const outbound = createOutbound({ allowInsecure: true });
  const { status, body } = await outbound.post(request(`http://127.0.0.1:${port}/`));
  expect({ status, length: body.length }).toEqual({ status: 500, length: 500 });
});

it('says when nothing listens', async () => {
  const outbound = createOutbound({ allowInsecure: true });
  await expect(outbound.post(request('http://127.0.0.1:1/'))).rejects.toThrow(Unreachable);
});
