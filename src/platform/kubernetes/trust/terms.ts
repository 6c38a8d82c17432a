/** When something is valid. */
export interface Term {
  notBefore: Date;
  notAfter: Date;
}

export const DAY_MS = 86_400_000;
export const AUTHORITY_MS = 365 * DAY_MS;
export const SERVING_MS = 30 * DAY_MS;
/** Certificates are valid from a little earlier on, for clocks that are behind. */
export const SKEW_MS = 3_600_000;
/** How long an authority is made known before it signs: mounted files follow within minutes, nodes that are off come back. */
const MADE_KNOWN_MS = DAY_MS;

/** What becomes of the authorities: those that go on, newest last, and whether one more is to be made. */
export function planAuthorities<T extends Term>(authorities: readonly T[], now: Date): { keep: T[]; make: boolean } {
  const keep = authorities.filter(({ notAfter }) => notAfter > now).sort((a, b) => a.notBefore.getTime() - b.notBefore.getTime());
  const newest = keep.at(-1);
  return { keep, make: newest === undefined || isDue(newest, now) };
}

/** The authority that signs: the newest that everybody has had time to hear of, else the oldest there is. */
export function signerOf<T extends Term>(authorities: readonly T[], now: Date): T | undefined {
  const { keep } = planAuthorities(authorities, now);
  return keep.findLast(({ notBefore }) => now.getTime() - notBefore.getTime() >= MADE_KNOWN_MS + SKEW_MS) ?? keep[0];
}

/** Two thirds of the term are over. A clock that was set back makes nothing due. */
export function isDue({ notBefore, notAfter }: Term, now: Date): boolean {
  const whole = notAfter.getTime() - notBefore.getTime();
  return now.getTime() - notBefore.getTime() >= (whole * 2) / 3;
}
