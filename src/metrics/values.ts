import { isDuration, parseDuration } from '../rules/duration.ts';

/** Seconds since 1970; undefined for what is absent or no time. */
export function seconds(time: string | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** Seconds of a length of time as status has it; undefined for what is absent, or was written by somebody else in another way. */
export function lengthInSeconds(duration: string | undefined): number | undefined {
  return duration === undefined || !isDuration(duration) ? undefined : parseDuration(duration) / 1000;
}

/** 1 for success, 0 for failure; undefined while it is neither. */
export function outcome(phase: string | undefined): boolean | undefined {
  if (phase === 'Succeeded') return true;
  return phase === 'Failed' || phase === 'Invalid' ? false : undefined;
}

/** The sum of what is known, undefined where nothing is. */
export function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

export function latest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** How something of another namespace is told apart from its namesakes: `NAMESPACE/NAME`, and NAME alone where it is in the same. */
export function nameFrom(namespace: string, of: { namespace?: string | undefined; name: string }): string {
  return of.namespace === undefined || of.namespace === namespace ? of.name : `${of.namespace}/${of.name}`;
}

/** Stash's labels of a target. */
export function targetLabels(
  namespace: string,
  ref: { apiVersion?: string; kind?: string; name?: string; namespace?: string } | undefined,
): { kind: string; group: string; name: string } {
  const { apiVersion = '', kind = '', name = '' } = ref ?? {};
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return { kind, group, name: nameFrom(namespace, { namespace: ref?.namespace, name }) };
}
