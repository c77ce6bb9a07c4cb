import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

// Global unicast addresses. All else in IPv6 is special, also forms that carry an IPv4 address, such as ::127.0.0.1.
const [GLOBAL_UNICAST, GLOBAL_BITS] = ipaddr.IPv6.parseCIDR('2000::/3');

/** May a shop's events be sent to this IP address? Only to what is public; never into the network of this server. */
export function isPublicAddress(text: string): boolean {
  if (!isIP(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_UNICAST, GLOBAL_BITS);
}

/** The host as sockets take it: without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Is the host an IP address? URLs write 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1, so that no form hides another. */
export const isLiteral = (host: string): boolean => isIP(host) !== 0;

interface UrlRules {
  readonly isLive: boolean;
  readonly allowsPrivate: boolean;
}

/**
 * Why events cannot be sent to a URL, in words. Names are not resolved here: what they resolve to may change, so that is
 * checked at every attempt.
 */
export function findUrlFault(text: string, { isLive, allowsPrivate }: UrlRules): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && (isLive || url.protocol !== 'http:'))
    return isLive ? 'must begin with https://' : 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password';
  if (url.hash !== '' || text.includes('#')) return 'must have no fragment';
  if (allowsPrivate) return undefined;
  const host = hostOf(url).replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost') || (isLiteral(host) && !isPublicAddress(host)))
    return 'is an address that is not public';
  return undefined;
}
