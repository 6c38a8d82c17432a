import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';
import { isOwnVolume } from '../sidecar/names.ts';
import { isOurs } from '../sidecar/workload.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * The container of a pod that a hook's command runs in: the one that is named, else the only one, else the one that has the volumes which
 * our sidecar reads, else the one that the pod's annotation names. Never one of ours. Throws Invalid that names what there is.
 */
export function hookContainer(pod: V1Pod, named: string | undefined): string {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const own = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')].filter((one) => !isOurs(one));
  const names = own.map(({ name }) => name);
  const text = `pod ${pod.metadata?.namespace}/${pod.metadata?.name}`;
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new StashError(
      'Invalid',
      `hook: containerName "${named}" is no container of ${text} that a hook may run in; it has ${names.join(', ')}`,
    );
  }
  const found = choose(pod, own);
  if (found !== undefined) return found;
  throw new StashError('Invalid', `hook: nothing says in which container of ${text} the command is to run; it has ${names.join(', ')}`, {
    remedy: 'Name one in containerName.',
  });
}

function choose(pod: V1Pod, own: readonly V1Container[]): string | undefined {
  const [first, ...others] = own;
  if (others.length === 0) return first?.name;
  const data = dataMounts(pod);
  const having = own.filter(
    ({ volumeMounts = [] }) => data.length > 0 && data.every((one) => volumeMounts.some((mount) => isSame(mount, one))),
  );
  if (having.length === 1) return having[0]?.name;
  const writers = having.filter(({ volumeMounts = [] }) =>
    volumeMounts.some((mount) => mount.readOnly !== true && data.some((one) => isSame(mount, one))),
  );
  if (writers.length === 1) return writers[0]?.name;
  const annotated = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  return own.find(({ name }) => name === annotated)?.name;
}

interface Mount {
  name: string;
  mountPath: string;
}

/** What our containers have mounted beside what is theirs: a sidecar sees the data where the data's own container sees it. */
function dataMounts({ spec }: V1Pod): Mount[] {
  const ours = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter(isOurs);
  const tempDirs = new Set(ours.flatMap(({ env = [], volumeMounts = [] }) => stageOf(env, volumeMounts)));
  return ours.flatMap(({ volumeMounts = [] }) =>
    volumeMounts.filter(({ name }) => !isOwnVolume(name) && !tempDirs.has(name) && !isToken(name)),
  );
}

/** `tempDir.volume` names a volume of the workload's own. */
function stageOf(env: readonly { name: string; value?: string }[], mounts: readonly Mount[]): string[] {
  const stage = env.find(({ name }) => name === 'STASH_STAGE')?.value;
  return mounts.flatMap(({ name, mountPath }) => (stage?.startsWith(`${mountPath}/`) || stage === mountPath ? [name] : []));
}

/** Mounted into every container by the API server. */
function isToken(name: string): boolean {
  return name.startsWith('kube-api-access-');
}

function isSame(one: Mount, other: Mount): boolean {
  return one.name === other.name && one.mountPath === other.mountPath;
}
