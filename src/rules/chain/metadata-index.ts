import { StashError } from '../../errors/error.ts';

/**
 * `metadata.index`: one line a link of the chain, `timestamp | alias | {json}`. It is reset when a Full completes and appended to by
 * every Incremental; every chain snapshot carries it, so that stage and repository can be held against each other.
 */
export interface IndexLine {
  /** RFC 3339, UTC: when the link was complete. */
  time: string;
  alias: string;
  link: LinkRecord;
}

export interface LinkRecord {
  operation: 'Full' | 'Incremental';
  /** Directory of the link below the chain, `full` or `incremental-NNNN`. */
  directory: string;
  host: string;
  /** What the function said of where the link ends: LSNs, GTID, binlog file and position, server version. */
  position: Record<string, unknown>;
  /** `NAMESPACE/NAME` of the session it was made for. */
  session?: string;
  /** sha256 over the link's manifest: sorted `size path` lines of every file. */
  manifest: string;
}

export function formatIndex(lines: readonly IndexLine[]): string {
  return lines.map((line) => `${line.time} | ${line.alias} | ${JSON.stringify(line.link)}\n`).join('');
}

/** Throws StageUnusable with the line number when a line is not one of ours. */
export function parseIndex(text: string): IndexLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const match = /^(\S+) \| (\S+) \| (\{.*\})$/.exec(line);
      const link = match?.[3] === undefined ? undefined : parseLink(match[3]);
      if (match?.[1] === undefined || match[2] === undefined || link === undefined)
        throw new StashError('StageUnusable', `metadata.index line ${at + 1} is not "timestamp | alias | {json}": ${line.slice(0, 80)}`);
      return { time: match[1], alias: match[2], link };
    });
}

function parseLink(text: string): LinkRecord | undefined {
  try {
    const link = JSON.parse(text) as Partial<LinkRecord>;
    return link.operation !== undefined && typeof link.directory === 'string' ? (link as LinkRecord) : undefined;
  } catch {
    return undefined;
  }
}
