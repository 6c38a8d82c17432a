/** Where a database listens. */
type Address = { host: string; port: number } | { socket: string };

/**
 * Reads the forms an AppBinding's `clientConfig.url` comes in: `tcp(host:port)/...` and `unix(/path)/...` as Go's MySQL driver writes
 * them, and URLs such as `mysql://host:port/` or `unix:///path`. A user and password in it are not read. Undefined for anything else.
 */
export function parseAddress(text: string, defaultPort = 3306): Address | undefined {
  const dsn = /^(?:[^@/]*@)?(tcp|unix)\(([^)]+)\)/.exec(text);
  if (dsn?.[1] === 'unix' && dsn[2] !== undefined) return { socket: dsn[2] };
  if (dsn?.[2] !== undefined) return hostAndPort(dsn[2], defaultPort);
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'unix:') return { socket: url.pathname };
  return url.hostname === ''
    ? undefined
    : { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? defaultPort : Number(url.port) };
}

function hostAndPort(text: string, defaultPort: number): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  return host === undefined ? undefined : { host, port: match?.[3] === undefined ? defaultPort : Number(match[3]) };
}
