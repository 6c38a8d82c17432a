interface Figure {
  name: string;
  /** Seconds, or MB for memory. */
  ours: number;
  raw?: number;
  /** What ours may be at most, in the same unit; a figure without one is told only. */
  limit?: number;
}

/** `factor` times the same by hand, and `allowance` seconds more. */
export function limitOf(raw: number, { factor, allowance }: { factor: number; allowance: number }): number {
  return factor * raw + allowance;
}

/**
 * The lines of what has a limit, `NAME ratio R goal G`, and the worst of them once more at the end. R is ours by hand's, G the limit by hand's:
 * R <= G says exactly that ours is within `factor` times by hand plus the allowance. Of memory, which has no such thing by hand, R is ours by the limit.
 */
export function ratios(figures: readonly Figure[]): { lines: string[]; met: boolean } {
  const limited = figures.flatMap(({ name, ours, raw, limit }) =>
    limit === undefined ? [] : [{ name, ratio: ours / (raw ?? limit), goal: limit / (raw ?? limit) }],
  );
  const line = ({ name, ratio, goal }: { name: string; ratio: number; goal: number }) =>
    `mariadb-${name} ratio ${ratio.toFixed(2)} goal ${goal.toFixed(2)}`;
  const [worst] = limited.toSorted((a, b) => b.ratio / b.goal - a.ratio / a.goal);
  return {
    lines: [...limited, ...(worst === undefined ? [] : [worst])].map(line),
    met: limited.every(({ ratio, goal }) => ratio <= goal),
  };
}
