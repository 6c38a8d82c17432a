import type { KindName } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { type PrintColumn, printColumnsOf } from '../../api/print-columns.ts';
import { age } from '../output/age.ts';
import { valueAt } from './json-path.ts';
import { liveColumns } from './live.ts';

/** A column of a table of objects. */
export interface Column {
  header: string;
  cell: (object: AnyObject, now: Date) => string;
}

/** The columns of a kind after NAMESPACE and NAME: those of its CRD, so that kubectl shows the same, and what only we can say. */
export function columnsOf(kind: KindName, wide: boolean): Column[] {
  const printed = printColumnsOf(kind)
    .filter((column) => wide || column.priority !== 1)
    .map((column) => ({ header: column.name.toUpperCase(), cell: (object: AnyObject, now: Date) => cellText(column, object, now) }));
  // The last one is the age.
  return [...printed.slice(0, -1), ...liveColumns(kind), ...printed.slice(-1)];
}

function cellText(column: PrintColumn, object: AnyObject, now: Date): string {
  // An object under deletion shows that instead of its phase: nothing else about it matters any more.
  if (column.jsonPath === '.status.phase' && object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const value = valueAt(object, column.jsonPath);
  if (value === undefined || value === null) return '';
  if (column.type === 'date') return age(String(value), now);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
