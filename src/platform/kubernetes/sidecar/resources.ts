import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { amountOf } from '../../../rules/quantity.ts';
import type { OwnPart } from './workload.ts';

type Quantities = Record<string, string>;
type Given = { limits?: Record<string, string | number>; requests?: Record<string, string | number> };

/** Where a Guaranteed pod needs a limit and nobody gave one. */
const FALLBACK: Quantities = { cpu: '500m', memory: '512Mi' };

/** Whether the pod is Guaranteed without us, by its containers: then it has to stay so, or a full node evicts it sooner than before. */
export function isGuaranteed({ spec, containers, initContainers }: OwnPart): boolean {
  // Limits of the whole pod decide alone.
  if ((spec as { resources?: unknown }).resources !== undefined) return false;
  const all = [...containers, ...initContainers];
  return all.length > 0 && all.every(({ resources }) => ['cpu', 'memory'].every((name) => isFixed(resources ?? {}, name)));
}

/** The API server writes 1000m as 1, so amounts are compared and not texts. */
function isFixed({ limits = {}, requests = {} }: V1ResourceRequirements, name: string): boolean {
  const limit = limits[name];
  return limit !== undefined && amountOf(limit) !== 0 && (requests[name] === undefined || amountOf(requests[name]) === amountOf(limit));
}

/**
 * As asked for, else the agents' usual; of a Guaranteed pod with requests that equal the limits. The usual requests are little more than an
 * idle agent needs, and would make bad limits.
 */
export function resourcesOf(asked: Given | undefined, usual: V1ResourceRequirements, guaranteed: boolean): V1ResourceRequirements {
  const { limits, requests } = asked ?? usual;
  if (guaranteed) {
    const fixed = { ...FALLBACK, ...texts(asked?.requests), ...texts(limits) };
    return { limits: fixed, requests: fixed };
  }
  return { ...(limits === undefined ? {} : { limits: texts(limits) }), ...(requests === undefined ? {} : { requests: texts(requests) }) };
}

function texts(quantities: Record<string, string | number> = {}): Quantities {
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, String(value)]));
}
