import { after, formatState, type Gtid, type GtidState, sameState } from '../../rules/gtid/state.ts';
import { eventGroups } from './binlog/groups.ts';
import { damaged, type LogFile } from './log-series.ts';

/** A transaction in archived binlogs. */
export interface PlacedGroup {
  file: LogFile;
  gtid: Gtid;
  text: string;
  /** Seconds since the epoch. */
  time: number;
  /** Bytes from the beginning of its file. */
  position: number;
  end: number;
  /** One statement that is no transaction. */
  standalone: boolean;
  /** A statement in it may leave a comment in what it makes. */
  commented: boolean;
  /** State of the log right after it. */
  state: GtidState;
}

/** The whole transactions of these files, in their order. Throws LogsDamaged when they do not end where the index says. */
export async function* placedGroups(files: readonly LogFile[]): AsyncGenerator<PlacedGroup> {
  for (const file of files) {
    let state = file.from;
    for await (const group of eventGroups(file.path, { to: file.bytes })) {
      // A server that was killed leaves a piece of one; it counts for nothing there, nor here.
      if (!group.complete) continue;
      const gtid = { domain: group.domain, server: group.server, sequence: group.sequence };
      state = after(state, gtid);
      const { time, position, end, standalone, commented } = group;
      yield { file, gtid, text: group.gtid, time, position, end, standalone, commented, state };
    }
    if (!sameState(state, file.to))
      throw damaged(`binlog ${file.name} ends at ${formatState(state)}, its index says at ${formatState(file.to)}`);
  }
}
