import type { Condition } from '../../api/object.ts';
import { age } from '../output/age.ts';
import { type Color, colorPhase } from '../output/color.ts';
import type { Section } from './layout.ts';

export interface View {
  now: Date;
  color: Color;
}

export function conditionsSection(conditions: readonly Partial<Condition>[] | undefined, { now, color }: View): Section {
  return {
    title: 'Conditions',
    table: {
      header: ['TYPE', 'STATUS', 'REASON', 'AGE', 'MESSAGE'],
      rows: (conditions ?? []).map((one) => [
        one.type ?? '',
        colorPhase(color, one.status ?? ''),
        one.reason ?? '',
        age(one.lastTransitionTime, now),
        one.message || ' ',
      ]),
    },
  };
}

/** What failed, its code and what to do; all absent parts are left out. */
export function failureRows(
  failure: { code?: string | undefined; message?: string | undefined; remedy?: string | undefined } | undefined,
  color: Color,
): [string, string | undefined][] {
  if (failure?.message === undefined && failure?.code === undefined) return [];
  const text = [failure.message, failure.code && `(${failure.code})`].filter(Boolean).join(' ');
  return [
    ['Error', color.bad(text)],
    ['Remedy', failure.remedy],
  ];
}
