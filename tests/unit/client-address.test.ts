import { createCallerOf, networkOf, type TrustedProxies } from '../../src/transport/client-address.js';

function addressOf(trusted: TrustedProxies | undefined, peer: string, forwarded?: string): string {
  const request = { socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } };
  return createCallerOf(trusted)(request as never).address;
}

test.each([
  ['nobody is trusted unless told', undefined, '198.51.100.7', '10.9.9.9', '198.51.100.7'],
  ['one proxy: what it added', 1, '10.0.0.1', '6.6.6.6, 203.0.113.5', '203.0.113.5'],
  ['two proxies: what the first one added', 2, '10.0.0.1', '6.6.6.6, 203.0.113.5, 10.0.0.2', '203.0.113.5'],
  ['more proxies than entries: the first entry', 3, '10.0.0.1', '203.0.113.5', '203.0.113.5'],
  ['an entry that is no address: the connection', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
  ['a header that is missing: the connection', 1, '10.0.0.1', undefined, '10.0.0.1'],
  ['an address with a port', 1, '10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
  ['an IPv6 address with a port', 1, '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['a proxy of the networks', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.5', '203.0.113.5'],
  [
    'proxies of the networks, one after the other',
    ['10.0.0.0/8'],
    '10.0.0.1',
    '1.1.1.1, 203.0.113.5, 10.2.2.2',
    '203.0.113.5',
  ],
  ['a connection from outside of the networks', ['10.0.0.0/8'], '198.51.100.7', '10.0.0.9', '198.51.100.7'],
  ['an entry that a client made up', ['10.0.0.0/8'], '10.0.0.1', "' OR 1=1", '10.0.0.1'],
  ['an IPv4 address over IPv6', ['10.0.0.1'], '::ffff:10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
] as const)('%s', (_name, trusted, peer, forwarded, address) => {
  expect(addressOf(trusted, peer, forwarded)).toBe(address);
});

test.each([
  ['203.0.113.5', '203.0.113.5'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
