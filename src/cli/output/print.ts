import { stringify } from 'yaml';
import type { AnyObject } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import { conceal } from './conceal.ts';

export const FORMATS = ['json', 'yaml', 'wide', 'name'] as const;
export type Format = 'table' | (typeof FORMATS)[number];

/** The value of `-o`; absent means a table. */
export function parseFormat(text: string | undefined): Format {
  if (text === undefined) return 'table';
  const format = FORMATS.find((one) => one === text);
  if (format === undefined) throw new StashError('Usage', `-o ${text} is not known; use one of ${FORMATS.join(', ')}`);
  return format;
}

/** One object, or a `List` of them, without secret values. */
export function objectsText(objects: readonly AnyObject[], format: 'json' | 'yaml', single: boolean): string {
  const shown = objects.map((object) => conceal(object));
  const [only] = shown;
  return dataText(single && only !== undefined ? only : { apiVersion: 'v1', kind: 'List', items: shown }, format);
}

export function dataText(data: unknown, format: 'json' | 'yaml'): string {
  return format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : stringify(data, { lineWidth: 0, aliasDuplicateObjects: false });
}
