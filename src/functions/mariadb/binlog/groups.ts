import { type BinlogEvent, binlogEvents } from './events.ts';
import { mayStoreComment, statementAt } from './stored-comment.ts';

/** What one GTID names: a transaction, or a statement that stands alone as DDL does. */
export interface EventGroup {
  /** DOMAIN-SERVER-SEQUENCE. */
  gtid: string;
  domain: number;
  server: number;
  sequence: bigint;
  /** When it was committed, on the clock of the server that did; seconds since the epoch. They need not grow. */
  time: number;
  /** Where its GTID event begins, and where the group ends; bytes from the beginning of the file. */
  position: number;
  end: number;
  /** One statement that is no transaction. */
  standalone: boolean;
  ddl: boolean;
  /** A statement in it may leave a comment in what it makes. */
  commented: boolean;
  /** False: the file, or the range that was asked for, ends before the group does. */
  complete: boolean;
}

const QUERY = 2;
const INTVAR = 5;
const RAND = 13;
const USER_VAR = 14;
const XID = 16;
const TABLE_MAP = 19;
const XA_PREPARE = 38;
const ANNOTATE_ROWS = 160;
const GTID = 162;

/** What comes before the event that a standalone group consists of. */
const PRELUDE: ReadonlySet<number> = new Set([INTVAR, RAND, USER_VAR, TABLE_MAP, ANNOTATE_ROWS]);

const STANDALONE = 1;
const DDL = 32;

/**
 * The event groups of a binlog between two positions, in its order, one at a time and without MariaDB's tools. What is no group (the format
 * event, checkpoints, a rotation) is passed over. Nothing is said of checksums.
 */
export async function* eventGroups(file: string, range: { from?: number; to?: number } = {}): AsyncGenerator<EventGroup> {
  let group: EventGroup | undefined;
  for await (const event of binlogEvents(file, range)) {
    if (event.type === GTID) {
      // A server that was killed leaves a group without its end; the next one begins all the same.
      if (group !== undefined) yield group;
      group = begun(event);
    } else if (group !== undefined) {
      group.end = event.end;
      group.commented ||= mayStoreComment(event);
      if (!isLast(group, event)) continue;
      yield { ...group, complete: true };
      group = undefined;
    }
  }
  if (group !== undefined) yield group;
}

/** Of a GTID event: sequence (8 bytes), domain (4), flags (1). */
function begun({ body, serverId, time, position, end }: BinlogEvent): EventGroup {
  const sequence = body.readBigUInt64LE(0);
  const domain = body.readUInt32LE(8);
  const flags = body.readUInt8(12);
  return {
    gtid: `${domain}-${serverId}-${sequence}`,
    domain,
    server: serverId,
    sequence,
    time,
    position,
    end,
    standalone: (flags & STANDALONE) !== 0,
    ddl: (flags & DDL) !== 0,
    commented: false,
    complete: false,
  };
}

function isLast({ standalone }: EventGroup, event: BinlogEvent): boolean {
  if (standalone) return !PRELUDE.has(event.type);
  return event.type === XID || event.type === XA_PREPARE || (event.type === QUERY && isEnd(event.body));
}

/** Tables that know no transactions end theirs with a statement. Compressed statements are longer than these. */
function isEnd(body: Buffer): boolean {
  const at = statementAt(body);
  const query = body.toString('latin1', at, at + 12);
  return /^(COMMIT|ROLLBACK)(?! TO)/.test(query);
}
