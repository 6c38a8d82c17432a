import type { Metric } from '../metric.ts';
import { BACKUP } from './backup.ts';
import { INVOKERS } from './invoker.ts';
import { OPERATOR } from './operator.ts';
import { REPOSITORY } from './repository.ts';
import { RESTORE } from './restore.ts';

/** Every metric but those of the process, in the groups in which they are documented. */
export const METRICS: Readonly<Record<string, readonly Metric[]>> = {
  Backups: Object.values(BACKUP),
  'Configurations, batches and their aliases': Object.values(INVOKERS),
  Repositories: Object.values(REPOSITORY),
  Restores: Object.values(RESTORE),
  'The operator': Object.values(OPERATOR),
};
