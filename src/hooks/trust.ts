import { isIP } from 'node:net';

/**
 * Whether an HTTPS server must prove who it is. Stash, like the kubelet for probes, never asks. That fits servers nearby, whose certificates
 * nobody signed: addresses, names without a dot, names of a cluster. Elsewhere the path and headers of a hook are secrets that go to a
 * server on the internet, so there the certificate must be valid (a private CA is added with NODE_EXTRA_CA_CERTS).
 */
export function mustVerify(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isIP(name) !== 0 || !name.includes('.')) return false;
  return !NEARBY.some((suffix) => name.endsWith(suffix));
}

const NEARBY = ['.svc', '.cluster.local', '.local', '.internal', '.localhost'];
