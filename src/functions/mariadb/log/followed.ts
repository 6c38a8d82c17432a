import { join } from 'node:path';
import type { LogMark, PreviousLog } from '../../../orders/order.ts';
import { writeDurable } from '../../../process/durable.ts';
import { covers, parseState } from '../../../rules/gtid/state.ts';
import { formatLogIndex, type LogIndex } from '../../../rules/log/log-index.ts';
import { commonMark } from './common-mark.ts';

/**
 * Whether a series goes on from the one before it, on whatever host that was: the newest mark that both have, and nothing missing behind
 * it. It is looked for once; then the index says so.
 */
export async function followed(directory: string, index: LogIndex, previous: PreviousLog): Promise<void> {
  if (index.timeline === previous.timeline || index.follows !== undefined) return;
  const common = await newestCommon(directory, index, previous.recent);
  const goesOn = common !== undefined && covers(parseState(common.state), parseState(index.files[0]?.from ?? ''));
  const follows = goesOn ? `${previous.timeline}@${common.state}` : '';
  await writeDurable(join(directory, 'log.index'), formatLogIndex({ ...index, follows }));
}

async function newestCommon(directory: string, { files }: LogIndex, marks: readonly LogMark[]): Promise<LogMark | undefined> {
  let newest: LogMark | undefined;
  let later = marks;
  for (const { file, bytes } of files) {
    newest = (await commonMark(join(directory, file), bytes, later)) ?? newest;
    later = newest === undefined ? marks : marks.slice(marks.indexOf(newest) + 1);
    if (later.length === 0) break;
  }
  return newest;
}
