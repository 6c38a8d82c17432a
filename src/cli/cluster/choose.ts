import { StashError } from '../../errors/error.ts';
import type { Cli, GlobalOptions } from '../cli.ts';

type Choice = Pick<GlobalOptions, 'kubeconfig' | 'context' | 'cluster' | 'dataDir'>;

/**
 * Whether a command works on a cluster: --cluster, --kubeconfig or --context was given, or STASH_CLUSTER is set, as `kubectl stash` does.
 * Otherwise it works on this machine. Throws Usage when the command line says both.
 */
export function choosesCluster(options: Choice, env: Cli['env']): boolean {
  const given = (['cluster', 'kubeconfig', 'context'] as const).find((name) => options[name]);
  const fromEnvironment = !OFF.has(env.STASH_CLUSTER ?? '');
  if (given === undefined && !fromEnvironment) return false;
  if (options.dataDir !== undefined) {
    throw new StashError('Usage', `--data-dir is of one machine and ${given === undefined ? 'STASH_CLUSTER' : `--${given}`} of a cluster`, {
      remedy: 'Leave one of them out; STASH_CLUSTER= in front of the command turns the variable off.',
    });
  }
  return true;
}

/** Commands that are for one place alone. */
export function assertPlace(command: string, cluster: boolean): void {
  if (cluster && MACHINE_ONLY.has(command)) {
    throw new StashError('Usage', `"stash ${command}" runs the backups of one machine; on a cluster the operator does`, {
      remedy: 'Install the operator with its Helm chart, and see with "kubectl stash doctor" whether it works.',
    });
  }
  if (!cluster && CLUSTER_ONLY.has(command)) {
    throw new StashError('Usage', `"stash ${command}" works on a cluster`, {
      remedy: 'Choose one with --cluster, --kubeconfig or --context, or run it as "kubectl stash".',
    });
  }
}

/** What they do they do without any store. */
export function needsNoStore(command: string): boolean {
  return NO_STORE.has(command);
}

const OFF = new Set(['', '0', 'false', 'no']);
const MACHINE_ONLY = new Set(['up']);
const CLUSTER_ONLY = new Set(['inject', 'upgrade-agents']);
// Completion opens the store that the words name, if it has to.
const NO_STORE = new Set(['completion', '__complete', 'grants', 'version']);
