import type { KindMap } from '../api/kinds.ts';
import { OPERATOR } from './definitions/operator.ts';
import { Samples } from './metric.ts';
import { type InvokerFacts, observeInvoker } from './observe-invoker.ts';
import { observeRepository } from './observe-repository.ts';
import { observeRestoreBatch, observeRestoreSession } from './observe-restore.ts';
import { indexSessions } from './sessions.ts';

/** What is observed; in a cluster the operator has all of them in memory. */
const OBSERVED_KINDS = ['Repository', 'BackupConfiguration', 'BackupBatch', 'BackupSession', 'RestoreSession', 'RestoreBatch'] as const;
type ObservedKind = (typeof OBSERVED_KINDS)[number];
export type Observed = { [K in ObservedKind]: readonly KindMap[K][] };

/** The metrics of these objects. Nothing is remembered from one time to the next: what is gone has no series. */
export function observe(objects: Observed, intervalOf: InvokerFacts['intervalOf']): Samples {
  const samples = new Samples();
  for (const kind of OBSERVED_KINDS) samples.add(OPERATOR.objects, { kind }, objects[kind].length);
  const facts = { sessionsOf: indexSessions(objects.BackupSession), intervalOf };
  for (const one of objects.BackupConfiguration) observeInvoker(samples, one, facts);
  for (const one of objects.BackupBatch) observeInvoker(samples, one, facts);
  for (const one of objects.Repository) observeRepository(samples, one);
  for (const one of objects.RestoreSession) observeRestoreSession(samples, one);
  for (const one of objects.RestoreBatch) observeRestoreBatch(samples, one);
  return samples;
}
