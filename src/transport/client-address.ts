import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Caller } from '../graphql/context.js';
import { preferredLanguage } from './accept-language.js';

/**
 * Who may speak for others by `X-Forwarded-For`: as many proxies as stand in front, or those in these networks
 * (addresses or CIDR). 0 trusts nobody, so that the address is that of the connection.
 */
export type TrustedProxies = number | readonly string[];

/** Finds out where a request or a socket comes from. */
export type CallerOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => Caller;

/** Creates it. A client may write anything into `X-Forwarded-For`; only what a trusted proxy added at its end counts. */
export function createCallerOf(trusted: TrustedProxies = 0): CallerOf {
  const addressOf = typeof trusted === 'number' ? byHops(trusted) : byNetworks(trusted);
  return ({ socket, headers }) => {
    const address = addressOf(plain(socket.remoteAddress ?? ''), headers['x-forwarded-for']);
    return {
      address,
      network: networkOf(address),
      userAgent: headers['user-agent']?.slice(0, 500) ?? null,
      language: preferredLanguage(headers['accept-language']),
    };
  };
}

type AddressOf = (peer: string, forwarded: string | string[] | undefined) => string;

function byHops(hops: number): AddressOf {
  return (peer, forwarded) => {
    if (hops === 0 || forwarded === undefined) return peer;
    const chain = [...entries(forwarded), peer];
    // Fewer entries than proxies: the first is the farthest that is known.
    return valid(chain[Math.max(0, chain.length - 1 - hops)]) ?? peer;
  };
}

function byNetworks(networks: readonly string[]): AddressOf {
  const list = blockList(networks);
  const isProxy = (address: string) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (peer, forwarded) => {
    let address = peer;
    if (forwarded === undefined) return address;
    for (const entry of entries(forwarded).reverse()) {
      if (!isIP(address) || !isProxy(address)) break;
      const next = valid(entry);
      if (next === null) break;
      address = next;
    }
    return address;
  };
}

/** Networks as Node can check them. Throws on what is none. */
export function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function entries(forwarded: string | string[]): string[] {
  return [forwarded].flat().join(',').split(',');
}

/** An entry without the port that some proxies add; null when it is no address. */
function valid(entry: string | undefined): string | null {
  const text = entry?.trim() ?? '';
  const bare = plain(/^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1'));
  return isIP(bare) ? bare : null;
}

/** An IPv4 address that came over an IPv6 socket, as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

/** What one client has for itself: an IPv4 address, or the /64 that an IPv6 client may pick its addresses from. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
