/** What is remembered of one workload's sidecar between two looks at it. Plain JSON; may be forgotten, but then a contest goes on longer. */
export interface SidecarHistory {
  /** Workload this is about: one that was made anew begins anew. */
  uid?: string;
  /** Whether the sidecar was there when it was last looked at. */
  attached: boolean;
  /** When it was found that somebody had taken it out; RFC 3339. */
  removals: string[];
}

export const NO_HISTORY: SidecarHistory = { attached: false, removals: [] };

const MOST_REMOVALS = 3;
const WITHIN_MS = 10 * 60_000;

/** The history with one more removal, if there was one: what was not there before was not removed. */
export function noteRemoval(history: SidecarHistory, now: string): SidecarHistory {
  if (!history.attached) return history;
  const since = Date.parse(now) - WITHIN_MS;
  return { ...history, attached: false, removals: [...history.removals.filter((time) => Date.parse(time) > since), now] };
}

/** Somebody removes it again and again: each time pods restart twice, so nobody goes on. A new history (an edit of what asks for it) ends it. */
export function isContested({ removals }: SidecarHistory): boolean {
  return removals.length >= MOST_REMOVALS;
}
