import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../store/store.ts';

/** Removes the logs of a session, or of a configuration, when that is gone. Ends with the signal. */
export async function tidySessionLogs(store: Store, logs: string, signal: AbortSignal): Promise<void> {
  for await (const event of store.watch(['BackupSession', 'RestoreSession', 'BackupConfiguration', 'BackupBatch'], { signal })) {
    if (event.type !== 'Deleted') continue;
    const { namespace, name } = event.object.metadata;
    await rm(join(logs, namespace ?? '', event.kind, name), { recursive: true, force: true });
  }
}
