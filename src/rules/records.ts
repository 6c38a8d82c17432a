import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The only file of a snapshot that holds records. */
export const RECORDS_FILE = 'records';

/** What Stash stored in a repository, one entry a snapshot. Retention and wipeOut act on these alone. */
export interface RecordEntry {
  id: string;
  time: string;
  /** `NAMESPACE/KIND/NAME`; empty when it was adopted and nobody knows. */
  target: string;
  host: string;
  operation: string;
  /** `NAMESPACE/NAME` of the session; absent when it was adopted. */
  session?: string;
  /** False: something could not be read, or the session did not store it everywhere. */
  complete: boolean;
}

interface Records {
  /** restic's id of the repository they belong to. */
  repositoryId: string;
  entries: RecordEntry[];
}

/**
 * The records as text: a line of JSON with the entries, then a line with an HMAC over it. The key is derived from the Repository's
 * password, which agents of targets do not have, so nobody but the operator can say what was recorded.
 */
export function formatRecords(records: Records, password: string): string {
  const entries = [...records.entries].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1));
  const body = JSON.stringify({ version: 1, repositoryId: records.repositoryId, entries });
  return `${body}\n${mac(body, password, records.repositoryId)}\n`;
}

/** Undefined when the text was not written by somebody with the password, or for another repository. */
export function readRecords(text: string, password: string, repositoryId: string): Records | undefined {
  const [body = '', given = ''] = text.split('\n');
  const expected = Buffer.from(mac(body, password, repositoryId));
  const found = Buffer.from(given);
  if (found.byteLength !== expected.byteLength || !timingSafeEqual(found, expected)) return undefined;
  const { entries } = JSON.parse(body) as { entries: RecordEntry[] };
  return { repositoryId, entries };
}

function mac(body: string, password: string, repositoryId: string): string {
  const key = Buffer.from(hkdfSync('sha256', password, repositoryId, 'stash records', 32));
  return createHmac('sha256', key).update(body).digest('hex');
}

/**
 * The entries after a maintenance: what was recorded and is still there, and what sessions have stored since; without what is forgotten
 * now. An id that is recorded keeps its entry.
 */
export function nextEntries(
  recorded: readonly RecordEntry[],
  stored: readonly RecordEntry[],
  present: ReadonlySet<string>,
  forgotten: ReadonlySet<string>,
): RecordEntry[] {
  const known = new Map<string, RecordEntry>();
  for (const entry of [...recorded, ...stored]) if (!known.has(entry.id)) known.set(entry.id, entry);
  return [...known.values()].filter((entry) => present.has(entry.id) && !forgotten.has(entry.id));
}
