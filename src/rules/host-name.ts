/** What a target's host names begin with where it says nothing itself: `host-0`, or `host-0`, `host-1` and so on. */
export const DEFAULT_HOST = 'host';

/** Whether `host` is a host of a target with this alias: the alias itself, or with the number of one of several hosts behind it. */
export function isHostOf(host: string, alias = DEFAULT_HOST): boolean {
  return host === alias || (host.startsWith(`${alias}-`) && /^\d+$/.test(host.slice(alias.length + 1)));
}

/** Whether two targets with these aliases may have a host of the same name. */
export function sharesHosts(alias = DEFAULT_HOST, other = DEFAULT_HOST): boolean {
  return isHostOf(alias, other) || isHostOf(other, alias);
}
