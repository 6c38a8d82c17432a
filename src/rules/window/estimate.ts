import type { RestoreSession } from '../../api/restore-session.ts';
import { formatBytes } from '../bytes.ts';

/** Of a restore that fetched a smaller share of it, too much of the time is what does not grow with the bytes. */
const LEAST_SHARE = 0.1;

/**
 * How long a restore of so many bytes may take, by the newest one from the same Repository that succeeded and fetched at least a tenth of
 * them, which is named; undefined where there is none.
 */
export function estimateText(
  sessions: readonly RestoreSession[],
  repository: { namespace: string; name: string },
  bytes: number,
): string | undefined {
  const known = sessions
    .filter(({ spec, metadata, status }) => {
      const namespace = spec.repository?.namespace ?? metadata.namespace;
      return status?.phase === 'Succeeded' && namespace === repository.namespace && spec.repository?.name === repository.name;
    })
    .flatMap(({ metadata, status }) =>
      (status?.stats ?? []).flatMap(({ restored, startTime, endTime }) => {
        const seconds = (Date.parse(endTime ?? '') - Date.parse(startTime ?? '')) / 1000;
        return seconds > 0 && (restored?.bytes ?? 0) > bytes * LEAST_SHARE
          ? [{ name: metadata.name, seconds, bytes: restored?.bytes ?? 0, endTime: endTime ?? '' }]
          : [];
      }),
    )
    .sort((a, b) => Date.parse(b.endTime) - Date.parse(a.endTime))[0];
  if (known === undefined) return undefined;
  const seconds = Math.max(1, Math.round((known.seconds * bytes) / known.bytes));
  return `${seconds} s for ${formatBytes(bytes)} (${known.name}: ${Math.round(known.seconds)} s for ${formatBytes(known.bytes)})`;
}
