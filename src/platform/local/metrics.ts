import { StashError } from '../../errors/error.ts';
import { createExposition } from '../../metrics/exposition.ts';
import type { WorkMetrics } from '../../metrics/work.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Store } from '../../store/store.ts';
import { metricsRoute } from '../metrics-route.ts';
import { serveHttp } from '../serve-http.ts';

interface LocalMetrics {
  host: string;
  port: number;
  legacyNames: boolean;
  store: Store;
  clock: Clock;
  work: WorkMetrics;
}

/** `/metrics` of one machine. Whoever reaches the address may read it: it shows names and states, and no secret. */
export async function serveMetrics({ host, port, store, ...options }: LocalMetrics): Promise<Awaited<ReturnType<typeof serveHttp>>> {
  const exposition = createExposition({
    ...options,
    objects: async () => ({
      Repository: await store.list('Repository'),
      BackupConfiguration: await store.list('BackupConfiguration'),
      BackupBatch: await store.list('BackupBatch'),
      BackupSession: await store.list('BackupSession'),
      RestoreSession: await store.list('RestoreSession'),
      RestoreBatch: await store.list('RestoreBatch'),
    }),
  });
  try {
    return await serveHttp(metricsRoute(exposition), { host, port });
  } catch (cause) {
    const { message } = cause as Error;
    throw new StashError('AddressUnavailable', `metrics cannot be served at ${host}:${port}: ${message}`, { cause });
  }
}
