import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer; fails with `what` after 30 s. */
export async function when<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(20);
  }
  throw new Error(`it never happened that ${what}`);
}
