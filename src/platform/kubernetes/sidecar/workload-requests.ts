import type { AnyObject } from '../../../api/object.ts';
import { StashError } from '../../../errors/error.ts';
import { ApiError } from '../../../store/kubernetes/api-error.ts';
import { apply } from '../../../store/kubernetes/apply.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import type { Discovery } from '../../../store/kubernetes/discovery.ts';
import { FIELD_MANAGER } from './names.ts';
import { type Workload, type WorkloadKind, workloadText } from './workload.ts';

export interface Cluster {
  connection: Connection;
  discovery: Discovery;
}

export interface WorkloadKey {
  kind: WorkloadKind;
  namespace: string;
  name: string;
}

export function workloadPath({ kind, namespace, name }: WorkloadKey): string {
  return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${encodeURIComponent(name)}`;
}

/** Throws NotFound. */
export async function readWorkload({ connection }: Pick<Cluster, 'connection'>, key: WorkloadKey): Promise<Workload> {
  const { kind, namespace, name } = key;
  return (await connection.send<Workload>({ what: `read ${kind} ${namespace}/${name}`, method: 'GET', path: workloadPath(key) })).body;
}

/** Applies what is ours; throws SidecarContested, with the names, where others have taken fields of it. */
export async function applyToWorkload(cluster: Cluster, patch: object, workload: Workload): Promise<Workload> {
  const send = async (force: boolean) => {
    const { object } = await apply(cluster, patch as AnyObject, { fieldManager: FIELD_MANAGER, force });
    return object as unknown as Workload;
  };
  try {
    return await send(false);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'Conflict') throw error;
    const managers = [...new Set([...error.message.matchAll(/conflicts? with "([^"]+)"/g)].map(([, manager]) => manager))];
    if (managers.length === 0) throw error;
    if (isAboutNothing(error)) return await send(true);
    throw new StashError(
      'SidecarContested',
      `the sidecar of ${workloadText(workload)} was changed by ${managers.join(' and ')}: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** Where we put something beside what others have there. Who applied it empty (`annotations: {}`) owns that, and nothing in it. */
const SHARED = ['metadata.annotations', 'metadata.labels', 'spec.initContainers', 'spec.volumes', 'spec.imagePullSecrets'];

function isAboutNothing({ message }: ApiError): boolean {
  const fields = [...message.matchAll(/(?:": |^- )(\.\S+)$/gm)].map(([, field]) => field);
  return fields.length > 0 && fields.every((field) => SHARED.some((one) => field === `.spec.template.${one}`));
}
