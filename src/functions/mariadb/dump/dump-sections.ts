import { createReadStream } from 'node:fs';

/** Between the databases and the accounts, in dumps of ours. */
export const USERS_MARK = '\n-- Stash: accounts\n';
/** mariadb-dump writes this as its last line, whatever the options are that we allow. */
const COMPLETED = '\n-- Dump completed';
const DATABASE = '\n-- Current Database: `';
const LONGEST_NAME = 64 * 4 * 2;

/** Bytes of a file, from `from` to before `to`. */
export interface Range {
  from: number;
  to: number;
}

/** What is where in a dump. */
export interface DumpSections {
  size: number;
  /** Before the first database: what the session is set to. */
  preamble: Range;
  /** In order; a database can have several, since views come after all tables. */
  databases: ({ name: string } & Range)[];
  /** Accounts; absent when there are none. */
  users?: Range;
  /** All its parts are there to their ends. */
  complete: boolean;
}

interface Mark {
  kind: 'database' | 'users' | 'completed';
  at: number;
  name: string;
}

/** Reads a dump once, from its beginning to its end; no line of data begins like these marks, since line ends in values are escaped. */
export async function dumpSections(file: string): Promise<DumpSections> {
  const marks: Mark[] = [];
  let size = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const start = size - rest.length;
    size += (chunk as Buffer).length;
    const seen = marks.at(-1)?.at ?? -1;
    marks.push(
      ...marksIn(bytes)
        .map((mark) => ({ ...mark, at: mark.at + start }))
        .filter((mark) => mark.at > seen),
    );
    rest = Buffer.from(bytes.subarray(-LONGEST_NAME));
  }
  return sectionsOf(marks, size);
}

/** `at` is that of the line end before the mark. A name that is cut off is found again with the next chunk. */
function marksIn(bytes: Buffer): Mark[] {
  const found: Mark[] = [];
  const search: [Mark['kind'], string][] = [
    ['database', DATABASE],
    ['users', USERS_MARK],
    ['completed', COMPLETED],
  ];
  for (const [kind, text] of search) {
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      if (kind !== 'database') {
        found.push({ kind, at, name: '' });
        continue;
      }
      const from = at + text.length;
      const end = bytes.indexOf('`\n--\n', from);
      const name = end < 0 ? undefined : bytes.subarray(from, end).toString('utf8');
      if (name !== undefined && !name.includes('\n')) found.push({ kind, at, name: name.replaceAll('``', '`') });
    }
  }
  return found.sort((one, other) => one.at - other.at);
}

function sectionsOf(marks: readonly Mark[], size: number): DumpSections {
  const users = marks.findLast(({ kind }) => kind === 'users');
  const end = users?.at ?? size;
  const databases = marks.filter(({ kind, at }) => kind === 'database' && at < end);
  const last = databases.at(-1)?.at ?? -1;
  const completed = (after: number, before: number) => marks.some(({ kind, at }) => kind === 'completed' && at > after && at < before);
  return {
    size,
    preamble: { from: 0, to: databases[0]?.at ?? end },
    databases: databases.map(({ name, at }, index) => ({ name, from: at, to: databases[index + 1]?.at ?? end })),
    ...(users === undefined ? {} : { users: { from: users.at, to: size } }),
    complete: completed(last, end) && (users === undefined || completed(users.at, size)),
  };
}
