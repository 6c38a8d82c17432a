import { createHash } from 'node:crypto';

export interface SessionIdentity {
  /** Kind of the object that asks for the session. */
  kind: string;
  namespace: string;
  name: string;
  alias: string;
  /** The scheduled time; for a manual run the time it was asked for, if known. */
  tick: Date | undefined;
  /** Of a manual run; of a retry the name of the session it repeats. */
  requestId?: string;
  /** Of a retry: how many are left with it. */
  attempt?: number;
}

/**
 * The name of the session of one tick, request or retry: `NAME-alias-20261122101500-HASH5`, at most 52 characters. One identity always has
 * the same name, so that what was created before a crash is found again instead of created twice.
 */
export function sessionName({ kind, namespace, name, alias, tick, requestId, attempt }: SessionIdentity): string {
  const readable = label(`${name}-${alias}`, 30);
  const time = tick ? tick.toISOString().slice(0, 19).replace(/[-T:]/g, '') : 'manual';
  const identity = [kind, namespace, name, alias, tick?.toISOString() ?? null, requestId ?? null, attempt ?? null];
  return `${readable}-${time}-${hash5(identity)}`;
}

/** Five characters (base 36) that stand for the parts; equal parts give equal characters. */
export function hash5(parts: readonly (string | number | null)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return (BigInt(`0x${digest}`) % FIVE_DIGITS).toString(36).padStart(5, '0');
}

const FIVE_DIGITS = 36n ** 5n;

/** The text as an RFC 1123 label (lower-case letters, digits, inner dashes) of at most `length` characters. */
export function label(text: string, length: number): string {
  const allowed = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const cut = allowed.replace(/^-/, '').slice(0, length).replace(/-$/, '');
  return cut === '' ? 'x' : cut;
}
