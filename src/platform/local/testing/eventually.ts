import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long a test waits for anything before it fails; generous: machines are busy, and a forget may wait two minutes for its storage, a session
 * 20 s with each command. Milliseconds.
 */
export const PATIENCE_MS = 300_000;

/** Waits until `holds`; for what nobody tells of (files, processes). Fails with `what` and what `describe` says. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, describe: () => string = () => ''): Promise<void> {
  const last = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > last) throw new Error(`it did not come to be that ${what}\n${describe()}`);
    await delay(10);
  }
}
