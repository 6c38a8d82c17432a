/** How long a file took last time, in milliseconds; by its name. */
export type Durations = Readonly<Record<string, number>>;

/**
 * Longest first, so that no long file is left to run alone at the end. A file not seen before goes by what it starts: real programs take
 * seconds, pure rules milliseconds.
 */
export function longestFirst(files: readonly { name: string; text: string }[], durations: Durations): string[] {
  return files
    .map(({ name, text }) => ({ name, expected: durations[name] ?? guess(text) }))
    .sort((a, b) => b.expected - a.expected || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

function guess(text: string): number {
  if (/\b(findTool|mariadb|emulators|conformance)\b/i.test(text)) return 60_000;
  return /\b(restic|spawn|fork|execFile)\b/.test(text) ? 20_000 : 200;
}
