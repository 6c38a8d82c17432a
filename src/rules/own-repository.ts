/**
 * Which of the paths would read the repository that they are stored in: it would grow by itself with every backup. Undefined when none
 * does, or when what is excluded keeps it out. Links are not followed here.
 */
export function pathIntoRepository(paths: readonly string[], exclude: readonly string[], repository: string): string | undefined {
  const place = partsOf(repository);
  // Patterns with wildcards in them are restic's to understand; one that ends in them excludes all that is below.
  const leftOut = exclude.filter((pattern) => pattern.startsWith('/')).map((pattern) => partsOf(pattern.replace(/(?:\/\*+)+$/, '')));
  return paths.find((path) => {
    const source = partsOf(path);
    if (isWithin(source, place)) return true;
    return isWithin(place, source) && !leftOut.some((pattern) => isWithin(place, pattern));
  });
}

function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

/** Whether the first is the second, or below it. */
function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.length <= inner.length && outer.every((part, index) => inner[index] === part);
}
