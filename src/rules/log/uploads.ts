/** What an agent remembers of one series of logs: which chains it continued, and what of it is where. */
export interface SeriesMemory {
  timeline: string;
  /**
   * What the series continued since it was last cut, oldest first: `CHAIN.N`, or empty for no chain. The last is what it continues now; for
   * each before it the series is stored once more whole, as the closing log of that chain.
   */
  continued: string[];
  /** By `NAMESPACE/NAME` of the Repository. */
  stored: Record<string, StoredMemory>;
}

interface StoredMemory {
  /** What of the series was there when it was last stored, and as what. */
  mark: string;
  continues: string;
  /** Chains whose closing log is stored. */
  closed: string[];
}

/** One snapshot that a repository is to get. */
interface LogUpload {
  continues: string;
  closing: boolean;
}

/** The series continues this now. A chain that comes where none was, is what it continued all the time. */
export function continuing(memory: SeriesMemory, continues: string): SeriesMemory {
  const { continued } = memory;
  if (continued.at(-1) === continues) return memory;
  if (continued.at(-1) === '') return continuing({ ...memory, continued: continued.slice(0, -1) }, continues);
  return { ...memory, continued: [...continued, continues] };
}

/** What a repository lacks of the series as it is now (`mark`), in the order in which it is to be stored. */
export function uploadsDue(memory: SeriesMemory, repository: string, mark: string): LogUpload[] {
  const stored = memory.stored[repository];
  const closings = olderChains(memory).filter((chain) => stored?.closed.includes(chain) !== true);
  const now = memory.continued.at(-1) ?? '';
  const current = stored?.mark === mark && stored.continues === now && closings.length === 0;
  return [...closings.map((continues) => ({ continues, closing: true })), ...(current ? [] : [{ continues: now, closing: false }])];
}

export function afterUpload(memory: SeriesMemory, repository: string, mark: string, { continues, closing }: LogUpload): SeriesMemory {
  const closed = memory.stored[repository]?.closed ?? [];
  const next = { mark, continues, closed: closing ? [...closed, continues] : closed };
  return { ...memory, stored: { ...memory.stored, [repository]: next } };
}

/** Whether what was before the chain that is continued now may go from the stage: each of these repositories has the closing logs. */
export function mayCut(memory: SeriesMemory, repositories: readonly string[]): boolean {
  const older = olderChains(memory);
  return older.length > 0 && repositories.every((name) => older.every((chain) => memory.stored[name]?.closed.includes(chain) === true));
}

export function afterCut(memory: SeriesMemory): SeriesMemory {
  const stored = Object.entries(memory.stored).map(([name, one]): [string, StoredMemory] => [name, { ...one, closed: [] }]);
  return { ...memory, continued: memory.continued.slice(-1), stored: Object.fromEntries(stored) };
}

/** The chains that want a closing log: where the series continued none, what it is stored as next holds all of it. */
function olderChains({ continued }: SeriesMemory): string[] {
  return [...new Set(continued.slice(0, -1).filter((chain) => chain !== ''))];
}
