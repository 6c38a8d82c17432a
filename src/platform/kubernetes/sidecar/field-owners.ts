import { FIELD_MANAGER, SIDECAR_ANNOTATION } from './names.ts';
import type { Workload } from './workload.ts';

/** A set of fields as the API server writes it: `f:NAME`, `k:{"name":"..."}`. */
type Fields = { [field: string]: Fields };

/** Who has said that the workload's pods have this sidecar; nobody of a plain manifest. */
export function sidecarOwners(workload: Workload): string[] {
  const path = ['f:spec', 'f:template', 'f:metadata', 'f:annotations', `f:${SIDECAR_ANNOTATION}`];
  const entries = (workload.metadata.managedFields ?? []).filter(({ fieldsV1 }) => at(fieldsV1 as Fields | undefined, path) !== undefined);
  return [...new Set(entries.flatMap(({ manager }) => manager ?? []))];
}

/** Whether the API server keeps anything as applied by us. */
export function hasOurFields(workload: Workload): boolean {
  return ourFields(workload) !== undefined;
}

/** Init containers that we own the name of, by their names; see `placed`. */
export function ownedInitContainers(workload: Workload): string[] {
  const fields = at(ourFields(workload), ['f:spec', 'f:template', 'f:spec', 'f:initContainers']) ?? {};
  return Object.keys(fields).flatMap((key) => (key.startsWith('k:') ? [(JSON.parse(key.slice(2)) as { name: string }).name] : []));
}

function ourFields({ metadata }: Workload): Fields | undefined {
  const entry = metadata.managedFields?.find((one) => one.manager === FIELD_MANAGER && one.operation === 'Apply' && !one.subresource);
  return entry?.fieldsV1 as Fields | undefined;
}

function at(fields: Fields | undefined, path: readonly string[]): Fields | undefined {
  return path.reduce<Fields | undefined>((found, step) => found?.[step], fields);
}
