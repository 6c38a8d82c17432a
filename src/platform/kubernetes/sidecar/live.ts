import { INSTALL_CONTAINER, SIDECAR_ANNOTATION } from './names.ts';
import { isOurs, type Workload } from './workload.ts';

/** What a workload has of Stash, whoever put it there. */
export interface LiveSidecar {
  /** Of what the sidecars run; absent where somebody removed the annotation. */
  hash: string | undefined;
  /** Operator's image that the programs are copied from. */
  payloadImage: string | undefined;
  /** Names of our containers, those of init containers first. */
  containers: string[];
}

export function liveSidecar({ spec: { template } }: Workload): LiveSidecar | undefined {
  const all = [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])].filter(isOurs);
  const hash = template.metadata?.annotations?.[SIDECAR_ANNOTATION];
  if (hash === undefined && all.length === 0) return undefined;
  return { hash, payloadImage: all.find(({ name }) => name === INSTALL_CONTAINER)?.image, containers: all.map(({ name }) => name) };
}
