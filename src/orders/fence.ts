/** Which run of the agent program is the agent of a key, and which were. */
export interface Fence {
  current: string | undefined;
  /** Newest last. */
  replaced: readonly string[];
}

export const OPEN: Fence = { current: undefined, replaced: [] };

/** A run that polls for the first time is the agent from now on; undefined: this run was replaced, and is to end. */
export function admit(fence: Fence, instance: string): Fence | undefined {
  if (fence.current === instance) return fence;
  if (fence.replaced.includes(instance)) return undefined;
  return { ...shut(fence), current: instance };
}

/** The current run counts no more. Should it turn up again (its node was only cut off), it is to end. */
export function shut({ current, replaced }: Fence): Fence {
  return { current: undefined, replaced: current === undefined ? replaced : [...replaced, current].slice(-MOST_REPLACED) };
}

const MOST_REPLACED = 16;
