import assert from 'node:assert/strict';
import type { ended } from './backup.ts';
import { list } from './kubectl.ts';
import { metricsOf } from './metrics.ts';
import { leader } from './release.ts';
import { waitFor } from './wait-for.ts';

interface Forced {
  host: string;
  reason: string;
  why: RegExp;
  event: 'Normal' | 'Warning';
}

/** A session that was asked for an incremental made a full, and that is said wherever one looks. */
export async function forcedFull(session: Awaited<ReturnType<typeof ended>>, { host, reason, why, event }: Forced): Promise<void> {
  const { name, namespace } = session.metadata;
  type Host = { hostname: string; operation: object; message?: string };
  const made: Host | undefined = session.status.targets[0].stats.find((one: Host) => one.hostname === host);
  const message = made?.message ?? '';
  assert.deepEqual(made?.operation, { requested: 'Incremental', performed: 'Full', reason }, message);
  assert.match(message, why);
  const events = await list('events', namespace);
  const told = events.find((one) => one.reason === 'ForcedFull' && one.involvedObject.name === name);
  assert.deepEqual([told?.type, told?.message.includes(message)], [event, true], told?.message);
  const labels = [`namespace="${namespace}"`, `hostname="${host}"`, `reason="${reason}"`];
  const isIt = (line: string) =>
    line.startsWith('stash_appscode_com_backupsession_forced_full{') && labels.every((label) => line.includes(label));
  const read = async () => (await metricsOf(await leader())).filter(isIt);
  await waitFor('the metric', read, ([line]) => line?.endsWith(' 1') === true);
}
