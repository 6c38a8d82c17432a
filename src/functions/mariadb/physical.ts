import { StashError } from '../../errors/error.ts';
import type { FunctionResult } from '../contract.ts';
import type { FunctionContext } from '../function.ts';
import { incrementalBackup } from './incremental-backup.ts';
import { archiveLog } from './log/archive-log.ts';
import { physicalBackup } from './physical-backup.ts';
import { serverRole } from './role.ts';

/** The function `mariadb-physical`, by operation. */
export async function physical(context: FunctionContext): Promise<FunctionResult> {
  switch (context.operation) {
    case 'Full':
      return physicalBackup(context);
    case 'Incremental':
      return incrementalBackup(context);
    case 'Log':
      return archiveLog(context);
    case 'Role':
      return serverRole(context);
    default:
      throw new StashError('NotSupportedYet', `mariadb-physical has no operation ${context.operation}`);
  }
}
