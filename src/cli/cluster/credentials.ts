import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Credentials } from '../../store/kubernetes/credentials.ts';
import { inClusterCredentials } from '../../store/kubernetes/in-cluster.ts';
import { kubeconfigCredentials } from '../../store/kubernetes/kubeconfig.ts';
import type { Cli, GlobalOptions } from '../cli.ts';

type World = Pick<Cli, 'env' | 'home' | 'cwd' | 'clock'>;

/** Which cluster is meant and who asks it, as kubectl has it; in a pod without a kubeconfig the pod's own account. */
export async function clusterCredentials(cli: World, { kubeconfig, context }: GlobalOptions): Promise<Credentials> {
  const files = kubeconfigFiles(cli, kubeconfig);
  if (files.length > 0) return kubeconfigCredentials({ files, ...(context === undefined ? {} : { context }) });
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = cli.env;
  if (host && port && context === undefined) return inClusterCredentials({ host, port, clock: cli.clock });
  throw new StashError(
    'StoreUnavailable',
    `no cluster is known: ${cli.env.KUBECONFIG ? 'no file of KUBECONFIG exists' : 'there is no kubeconfig'}`,
    {
      remedy: 'Name a kubeconfig with --kubeconfig or KUBECONFIG, or put one at ~/.kube/config.',
    },
  );
}

/** Those that are there, in the order in which they count; one that was named on the command line whether it is there or not. */
export function kubeconfigFiles({ env, home, cwd }: Omit<World, 'clock'>, given: string | undefined, exists = existsSync): string[] {
  if (given !== undefined) return [resolve(cwd, given)];
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const files = named.length > 0 ? named.map((file) => resolve(cwd, file)) : [join(home, '.kube', 'config')];
  return [...new Set(files)].filter((file) => exists(file));
}
