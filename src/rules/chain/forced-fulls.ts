/** Why a Full runs where an Incremental was asked for; `Requested` is a Full that was asked for. Documented in docs/forced-fulls.md. */
export const FORCED_FULLS = [
  'Requested',
  'NoSnapshot',
  'FullMissing',
  'IndexMismatch',
  'PrimaryChanged',
  'LineageChanged',
  'LineageUnproven',
  'VersionChanged',
  'PositionGap',
  'VerificationFailed',
  'ChainTooLong',
] as const;
export type ForcedFull = (typeof FORCED_FULLS)[number];

/** What a function may answer as `needFull`: what only it can see. */
const OF_FUNCTIONS = ['LineageChanged', 'LineageUnproven', 'VersionChanged', 'PositionGap'] as const satisfies ForcedFull[];

/** `REASON` or `REASON: evidence`, as a function gives it; undefined when it is neither. */
export function readNeedFull(text: string): { reason: ForcedFull; evidence?: string } | undefined {
  const match = /^(\w+)(?::\s*(.+))?$/s.exec(text.trim());
  const reason = OF_FUNCTIONS.find((one) => one === match?.[1]);
  if (reason === undefined) return undefined;
  return match?.[2] === undefined ? { reason } : { reason, evidence: match[2] };
}

/** For messages. */
export const NEED_FULL_ACCEPTS = OF_FUNCTIONS.join(', ');

/** What happens in the life of a healthy chain; the other reasons mean that something was lost, changed behind our back or is not set up. */
const ORDINARY: readonly ForcedFull[] = ['Requested', 'PrimaryChanged', 'VersionChanged', 'ChainTooLong'];

export function isFault(reason: ForcedFull): boolean {
  return !ORDINARY.includes(reason);
}
