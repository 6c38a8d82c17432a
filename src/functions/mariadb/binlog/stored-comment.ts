import type { BinlogEvent } from './events.ts';

const QUERY = 2;
const QUERY_COMPRESSED = 165;
const HEADER = 19;

/**
 * Whether an event is a statement that may leave a comment in what it makes: in a routine, trigger, event or view. Said of more than those:
 * of one whose text is not read to its end, and now and then of one whose checksum looks like it.
 */
export function mayStoreComment({ type, body, position, end }: BinlogEvent): boolean {
  if (type === QUERY_COMPRESSED) return true;
  if (type !== QUERY) return false;
  const text = body.subarray(statementAt(body));
  if (STORES_NOTHING.test(text.toString('latin1', 0, 16))) return false;
  return body.length < end - position - HEADER || MARKERS.some((marker) => text.includes(marker));
}

/** Where in the body of a statement's event its text begins. */
export function statementAt(body: Buffer): number {
  // Thread 4, seconds 4, length of the schema's name 1, error 2, length of the variables 2; the name has a NUL behind it.
  return 13 + body.readUInt16LE(11) + body.readUInt8(8) + 1;
}

const STORES_NOTHING = /^(INSERT|UPDATE|DELETE|REPLACE|DROP|TRUNCATE|COMMIT|ROLLBACK|SAVEPOINT|XA)\s|^(COMMIT|ROLLBACK)/i;
const MARKERS = ['#', '--', '/*'] as const;
