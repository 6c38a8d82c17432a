import { createHash } from 'node:crypto';

/** A name for an order, of characters that file names may have. */
export function orderIdOf(purpose: string, rest: string): string {
  return encodeURIComponent(`${purpose}#${rest}`);
}

/** Order ids begin with what they are for: `Kind/namespace/name#rest`, so that a report can be placed after a restart of the operator. */
export function purposeOf(orderId: string): string {
  return decodeURIComponent(orderId).split('#')[0] ?? '';
}

/** A file may not have a name of more than 255 bytes, and a session may. */
export function orderFileName(orderId: string): string {
  if (orderId.length <= 200) return orderId;
  return `${orderId.slice(0, 150)}-${createHash('sha256').update(orderId).digest('hex').slice(0, 32)}`;
}
