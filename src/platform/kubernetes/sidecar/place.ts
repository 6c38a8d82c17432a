import type { SidecarPatch } from './patch.ts';
import { ownPart, type Workload } from './workload.ts';

/**
 * The patch with which our init containers come to stand before the workload's own; undefined where they do without it. A server-side apply
 * adds what is new at the end, unless the others are named behind it. To name them is to own their names, and a name that we own its owner
 * could not take away any more; so the plain patch has to be applied after this one.
 */
export function placed(patch: SidecarPatch, workload: Workload): SidecarPatch | undefined {
  const { initContainers } = patch.spec.template.spec;
  const others = ownPart(workload).initContainers.map(({ name }) => ({ name }));
  if (others.length === 0) return undefined;
  const names = new Set(initContainers.map(({ name }) => name));
  const now = (workload.spec.template.spec?.initContainers ?? []).map(({ name }) => name);
  if (now.slice(0, names.size).filter((name) => names.has(name)).length === names.size) return undefined;
  const template = patch.spec.template;
  return { ...patch, spec: { template: { ...template, spec: { ...template.spec, initContainers: [...initContainers, ...others] } } } };
}
