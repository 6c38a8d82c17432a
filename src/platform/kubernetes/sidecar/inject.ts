import { isOwnVolume } from './names.ts';
import type { SidecarPatch } from './patch.ts';
import { isOurs, type Workload } from './workload.ts';

/** A manifest with the sidecar in it, as "stash inject -f" prints it for GitOps and for owners; an earlier sidecar in it is replaced. */
export function inject(workload: Workload, patch: SidecarPatch): Workload {
  const { template } = workload.spec;
  const spec = template.spec ?? { containers: [] };
  const added = patch.spec.template;
  const secrets = [...(spec.imagePullSecrets ?? []), ...(added.spec.imagePullSecrets ?? [])];
  return {
    ...workload,
    spec: {
      ...workload.spec,
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...template.metadata?.labels, ...added.metadata.labels },
          annotations: { ...template.metadata?.annotations, ...added.metadata.annotations },
        },
        spec: {
          ...spec,
          initContainers: [...added.spec.initContainers, ...(spec.initContainers ?? []).filter((one) => !isOurs(one))],
          containers: [...(spec.containers ?? []).filter((one) => !isOurs(one)), ...(added.spec.containers ?? [])],
          volumes: [...(spec.volumes ?? []).filter(({ name }) => !isOwnVolume(name)), ...added.spec.volumes],
          ...(secrets.length === 0 ? {} : { imagePullSecrets: [...new Map(secrets.map((one) => [one.name, one])).values()] }),
        },
      },
    },
  };
}
