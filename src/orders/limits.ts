/** What an operator takes from an agent at most. Agents keep to it by themselves: `bounded-report.ts`. */
export const MOST_REPORTS = 200;
export const MOST_STEPS = 100;
/** Characters of a text for people. */
export const LONGEST_TEXT = 8_192;
/** Entries of a list of things that could not be read, or repositories that failed. */
export const MOST_NAMED = 1_000;
/** What a role was concluded from. */
export const MOST_EVIDENCE = 32;

const MIB = 1_048_576;

/**
 * Bytes of one request. The agents of repositories are the operator's own, and tell of all the snapshots of a repository; those of
 * targets run in pods of others, and have little to say.
 */
export function mostBytes(agent: string): number {
  return agent.startsWith('repository/') ? 64 * MIB : 8 * MIB;
}
