import { StashError } from '../../errors/error.ts';
import { attach } from '../../platform/kubernetes/sidecar/attach.ts';
import { NO_HISTORY } from '../../platform/kubernetes/sidecar/contested.ts';
import { liveSidecar } from '../../platform/kubernetes/sidecar/live.ts';
import { readWorkload, type WorkloadKey } from '../../platform/kubernetes/sidecar/workload-requests.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { withCluster } from './connect.ts';
import { sidecarSettings, wantedIn } from './wanted.ts';

/**
 * Writes the sidecar of the operator's version into the workload, as the operator would, but with the rights of who asks: that pods are
 * replaced is a decision of people. Returns what was done, in words.
 */
export async function upgrade(cli: Cli, options: GlobalOptions, key: WorkloadKey): Promise<string> {
  return withCluster(cli, options, async (cluster) => {
    const live = liveSidecar(await readWorkload(cluster, key));
    if (live === undefined) throw new StashError('NotFound', `${key.kind} ${key.namespace}/${key.name} has no agent`, { remedy: REMEDY });
    const settings = await sidecarSettings(cluster, options);
    const wanted = await wantedIn(cluster, key, { invokers: [] });
    if (wanted.length === 0)
      throw new StashError('NotFound', `nothing in namespace "${key.namespace}" asks for the agent of ${key.kind} ${key.name}`, {
        remedy: REMEDY,
      });
    const { changed, conditions } = await attach(cluster, key, wanted, {
      settings,
      history: NO_HISTORY,
      now: cli.clock.now().toISOString(),
      // It is there since the first agent of the namespace.
      publishTrust: () => Promise.resolve(),
      upgrade: true,
    });
    const refused = conditions.find(({ type, status }) => type === 'StashSidecarInjected' && status === 'False');
    if (refused !== undefined) throw new StashError('SidecarRefused', refused.message ?? '');
    if (changed) return `upgraded to ${settings.image}; its pods are replaced`;
    const outdated = conditions.find(({ type, status }) => type === 'AgentOutdated' && status === 'True');
    if (outdated === undefined) return `has agents of ${settings.image} already`;
    throw new StashError('SidecarRefused', `the sidecar of ${key.kind} ${key.name} comes from somebody's manifest`, {
      remedy: 'Print the manifest anew with "kubectl stash inject -f" and apply it as before.',
    });
  });
}

const REMEDY = 'See "kubectl stash get backupconfigurations" for what is backed up.';
