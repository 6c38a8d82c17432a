import { type BinlogEvent, binlogEvents } from './events.ts';
import { mayMakeRole } from './role-statement.ts';
import { statementAt } from './stored-comment.ts';

/** An account as a statement's event names it. */
export interface Invoker {
  user: string;
  host: string;
}

/** What of a statement counts for a replay by another account than the one it was given by. */
interface StatementAccount {
  /** Set where the statement gives something to who gave it: ALTER EVENT, CREATE ROLE. */
  invoker?: Invoker;
  /** It may have made a role; the text of a compressed one is not read, so it may. */
  mayMakeRole: boolean;
}

const QUERY = 2;
const QUERY_COMPRESSED = 165;
/** Thread 4, seconds 4, length of the schema's name 1, error 2, length of the variables 2. */
const FIXED = 13;

/** Of the statement in a group that stands alone, between two positions of a binlog; undefined where there is none. */
export async function statementAccount(file: string, from: number, to: number): Promise<StatementAccount | undefined> {
  for await (const event of binlogEvents(file, { from, to }))
    if (event.type === QUERY || event.type === QUERY_COMPRESSED) return accountOf(event);
  return undefined;
}

function accountOf({ type, body }: BinlogEvent): StatementAccount {
  const end = FIXED + body.readUInt16LE(11);
  const invoker = invokerIn(body.subarray(FIXED, end));
  const makesRole = type === QUERY_COMPRESSED || mayMakeRole(body.toString('latin1', statementAt(body)));
  return { ...(invoker === undefined ? {} : { invoker }), mayMakeRole: makesRole };
}

const INVOKER = 11;
/** Bytes of the variables that have a length of their own, by code; -1: one byte tells how many follow. */
const LENGTHS: Readonly<Record<number, number>> = { 0: 4, 1: 8, 3: 4, 4: 6, 5: -1, 6: -1, 7: 2, 8: 2, 9: 8, 10: 4 };

/** The variables come in the order of their codes, but for a few before this one. */
function invokerIn(variables: Buffer): Invoker | undefined {
  for (let at = 0; at < variables.length; ) {
    const code = variables.readUInt8(at);
    if (code === INVOKER) {
      const user = textAt(variables, at + 1);
      return { user, host: textAt(variables, at + 2 + Buffer.byteLength(user)) };
    }
    const length = LENGTHS[code];
    if (length === undefined) return undefined;
    at += 1 + (length === -1 ? 1 + variables.readUInt8(at + 1) : length);
  }
  return undefined;
}

function textAt(variables: Buffer, at: number): string {
  const length = variables.readUInt8(at);
  return variables.toString('utf8', at + 1, at + 1 + length);
}
