import { StashError } from '../errors/error.ts';

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `PORT`, which is of 127.0.0.1. Throws UsageError with the option and the value. */
export function listenAddress(option: string, text: string): { host: string; port: number } {
  const { six, host, port } = /^(?:(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^\s:[\]]+)):)?(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (port !== undefined && Number(port) <= 65_535) return { host: six ?? host ?? '127.0.0.1', port: Number(port) };
  throw new StashError('Usage', `${option} "${text}" is no address to listen at; give HOST:PORT or PORT, as in "127.0.0.1:9090" or "9090"`);
}
