/** The files that a program loads, by what `ldd` prints of it; the loader itself is one of them. */
export function loadedLibraries(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*(?:\S+ => )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
