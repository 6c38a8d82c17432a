import type { KindName } from '../../api/kinds.ts';
import type { AnyObject } from '../../api/object.ts';
import { columnsOf } from '../columns/columns.ts';
import { kindText } from '../resolve.ts';
import { type Color, colorPhase } from './color.ts';

interface TableOptions {
  wide: boolean;
  /** A NAMESPACE column before the name. */
  namespaces: boolean;
  /** `KIND.GROUP/NAME` instead of `NAME`, where several kinds are shown. */
  kindNames: boolean;
  labels: boolean;
  now: Date;
  color: Color;
}

/** Header and rows of a table of objects of one kind. */
export function objectTable(kind: KindName, objects: readonly AnyObject[], options: TableOptions): { header: string[]; rows: string[][] } {
  const columns = columnsOf(kind, options.wide);
  const header = [...(options.namespaces ? ['NAMESPACE'] : []), 'NAME', ...columns.map((column) => column.header)];
  if (options.labels) header.push('LABELS');
  const rows = objects.map((object) => {
    const name = options.kindNames ? `${kindText(kind)}/${object.metadata.name}` : object.metadata.name;
    const cells = columns.map((column) => colorPhase(options.color, column.cell(object, options.now)));
    const row = [...(options.namespaces ? [object.metadata.namespace ?? ''] : []), name, ...cells];
    if (options.labels) row.push(labelText(object));
    return row;
  });
  return { header, rows };
}

function labelText(object: AnyObject): string {
  return Object.entries(object.metadata.labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
