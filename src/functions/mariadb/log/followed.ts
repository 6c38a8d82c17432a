import { join } from 'node:path';
import type { LogMark, PreviousLog } from '../../../orders/order.ts';
import { writeDurable } from '../../../process/durable.ts';
import { covers, parseState } from '../../../rules/gtid/state.ts';
import { formatLogIndex, type LogIndex } from '../../../rules/log/log-index.ts';
import { eventGroups } from '../binlog/groups.ts';

/**
 * Whether a series goes on from the one before it, on whatever host that was: the newest GTID that both have, with the same time, and
 * nothing missing behind it. It is looked for once; then the index says so.
 */
export async function followed(directory: string, index: LogIndex, previous: PreviousLog): Promise<void> {
  if (index.timeline === previous.timeline || index.follows !== undefined) return;
  const common = await newestCommon(directory, index, previous.recent);
  const goesOn = common !== undefined && covers(parseState(common.state), parseState(index.files[0]?.from ?? ''));
  const follows = goesOn ? `${previous.timeline}@${common.state}` : '';
  await writeDurable(join(directory, 'log.index'), formatLogIndex({ ...index, follows }));
}

async function newestCommon(directory: string, { files }: LogIndex, marks: readonly LogMark[]): Promise<LogMark | undefined> {
  const wanted = new Map(marks.map((mark) => [mark.gtid, mark]));
  const newest = marks.at(-1);
  let common: LogMark | undefined;
  for (const { file, bytes } of files) {
    for await (const { gtid, time } of eventGroups(join(directory, file), { to: bytes })) {
      const mark = wanted.get(gtid);
      if (mark?.time === time) common = marks.indexOf(mark) > marks.indexOf(common ?? mark) || common === undefined ? mark : common;
      if (common !== undefined && common === newest) return common;
    }
  }
  return common;
}
