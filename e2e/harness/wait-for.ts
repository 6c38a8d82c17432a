import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

interface Wait {
  /** 60 unless given. */
  seconds?: number;
}

/**
 * Reads until what was read is as wanted, and gives that. At the deadline it throws with what was waited for and what the state was then.
 * A read that fails counts as a state: the API server may be away.
 */
export async function waitFor<T>(what: string, read: () => Promise<T>, wanted: (state: T) => boolean, wait: Wait = {}): Promise<T> {
  const seconds = wait.seconds ?? 60;
  const end = Date.now() + seconds * 1000;
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 1000)) {
    const state = await read().then(
      (value) => ({ value, good: wanted(value) }),
      (error: unknown) => ({ error, good: false as const }),
    );
    if (state.good && 'value' in state) return state.value;
    if (Date.now() >= end)
      throw new Error(`${what}: not after ${seconds} s; it is\n${shown('value' in state ? state.value : state.error)}`);
    await delay(pause);
  }
}

/** Objects of the cluster without what only the API server writes and nobody reads. */
function shown(state: unknown): string {
  return inspect(withoutManagedFields(state), { depth: 8, breakLength: 140, maxStringLength: 2000 });
}

function withoutManagedFields(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Error) return value;
  if (Array.isArray(value)) return value.map(withoutManagedFields);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (name === 'managedFields' ? [] : [[name, withoutManagedFields(inner)]])),
  );
}
