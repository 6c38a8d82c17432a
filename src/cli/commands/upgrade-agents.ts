import type { Command } from 'commander';
import { StashError } from '../../errors/error.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { resolveTargetText } from '../restore/target-ref.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('upgrade-agents')
    .description("of a cluster: bring the agents of a workload to the operator's version; its pods are replaced, by its own strategy")
    .argument('<target>', 'KIND/NAME: a Deployment, StatefulSet or DaemonSet')
    .addHelpText('after', EXAMPLES)
    .action(async (target: string, _options, command: Command) => {
      await upgradeAgents(cli, target, command.optsWithGlobals());
    });
}

const EXAMPLES = `
Agents of an older version go on working; the condition AgentOutdated names them. It is done with your own right to patch the workload.

Examples:
  kubectl stash upgrade-agents deployment/web -n shop`;

async function upgradeAgents(cli: Cli, text: string, options: GlobalOptions): Promise<void> {
  const { kind, name } = resolveTargetText(text, '', 'cluster');
  const [{ isWorkload }, { upgrade }] = await Promise.all([
    import('../../platform/kubernetes/targets/wanted-sidecars.ts'),
    import('../cluster/upgrade.ts'),
  ]);
  if (!isWorkload(kind)) throw new StashError('Usage', `a ${kind} has no agents; name a Deployment, StatefulSet or DaemonSet`);
  const result = await upgrade(cli, options, { kind, namespace: namespaceOf(options), name });
  cli.out.write(`${kind.toLowerCase()}.apps/${name} ${result}\n`);
}
