import { createHash } from 'node:crypto';
import { TAGS, tagText } from '../../api/names.ts';
import { formatIndex, type IndexLine } from './metadata-index.ts';

/** Names a chain for good: the first 8 hex digits of the sha256 of its full's index line. */
export function chainId(full: IndexLine): string {
  return createHash('sha256')
    .update(formatIndex([full]).trimEnd())
    .digest('hex')
    .slice(0, 8);
}

/** The tags of a snapshot of the chain: `tags` with what was done for what was asked for, and with what the chain is and where it ends. */
export function chainTags(tags: readonly string[], lines: readonly IndexLine[]): string[] {
  const [full, newest] = [lines[0], lines.at(-1)];
  if (full === undefined || newest === undefined) return [...tags];
  const gtid = newest.link.position.gtid;
  return [
    tagText(TAGS.operation, newest.link.operation),
    ...tags.filter((tag) => !tag.startsWith(`${TAGS.operation}=`)),
    tagText(TAGS.chain, chainId(full)),
    tagText(TAGS.link, newest.link.directory),
    tagText(TAGS.linkTime, newest.time),
    // restic takes a comma for the end of a tag.
    ...(typeof gtid === 'string' && gtid !== '' ? [tagText(TAGS.gtid, gtid.replaceAll(',', '+').replaceAll(/\s/g, ''))] : []),
  ];
}
