import type { AppBinding } from '../api/app-binding.ts';
import type { Repository } from '../api/repository.ts';
import type { BackupTarget } from '../api/target.ts';
import { StashError } from '../errors/error.ts';
import type { OpenRepository, RepositoryRef } from '../orders/order.ts';
import type { Binding } from '../rules/binding.ts';
import { resolveTask, type StashTask } from '../rules/stash-task.ts';
import { stashVariables } from '../rules/variables/stash-variables.ts';
import { redactor } from '../secrets/redactor.ts';
import { accessSecrets } from '../secrets/secret-values.ts';
import type { Context } from './context.ts';
import type { StashRun, TargetKey } from './platform-port.ts';

interface StashProgramInput {
  task: StashTask;
  target: TargetKey;
  spec: Pick<BackupTarget, 'paths' | 'exclude' | 'args' | 'volumeMounts' | 'ref'> | undefined;
  application: AppBinding | undefined;
  host: string;
  /** Exactly one: such a Task uses it by itself. */
  repositories: readonly { repository: Repository; open: OpenRepository }[];
  invoker: { kind: string; name: string };
  session: { kind: 'BackupSession' | 'RestoreSession'; name: string; namespace: string; uid: string | undefined };
  orderId: string;
  deadline: string;
  /** Takes out what else is secret, such as the password of the application, which the log knows from when the order is made. */
  redacted: (text: string) => string;
  restore?: {
    sourceHost: string;
    snapshots: readonly string[];
    paths: readonly string[];
    include: readonly string[];
    exclude: readonly string[];
  };
}

/** Throws NotSupportedYet where a Task that was written for Stash could not reach one of these Repositories; those that are there count. */
export async function checkStashStorage(
  { store }: Pick<Context, 'store'>,
  { stashTask }: Pick<Binding, 'stashTask'>,
  repositories: readonly RepositoryRef[],
): Promise<void> {
  if (stashTask === undefined) return;
  for (const ref of repositories) {
    const repository = await store.get('Repository', ref);
    if (repository !== undefined) checkReached(stashTask, repository);
  }
}

/**
 * One run of a Task that was written for Stash, with everything filled in. Throws Invalid where it cannot be, GatewayRequired where its
 * steps would need the secret of another namespace, and NotSupportedYet where they could not reach the storage.
 */
export function stashRun(input: StashProgramInput): StashRun {
  const { task, target, spec, application, host, repositories, session, invoker, restore } = input;
  const [used] = repositories;
  if (used === undefined || repositories.length > 1)
    throw new StashError(
      'Invalid',
      `${task.path}: task ${task.task.metadata.name} stores by itself, in one Repository; there are ${repositories.length}`,
      {
        remedy: 'Give the alias one Repository, and another alias for the other.',
      },
    );
  const { repository, open } = used;
  checkReached(task, repository);
  if (open.namespace !== target.namespace)
    throw new StashError(
      'GatewayRequired',
      `task ${task.task.metadata.name} uses the Repository by itself, and ${open.namespace}/${open.name} is not in namespace ${target.namespace}`,
    );
  const storage = redactor(accessSecrets(open.access));
  const variables = stashVariables({
    namespace: target.namespace,
    session,
    invoker,
    repository,
    repositoryUrl: open.access.url,
    target: { ...spec?.ref, ...target },
    spec,
    application,
    host,
    ...(restore === undefined ? {} : { restore }),
  });
  return {
    program: resolveTask(task, variables),
    orderId: input.orderId,
    deadline: input.deadline,
    owner: session,
    repositoryUrl: open.access.url,
    storageSecret: repository.spec.backend.storageSecretName ?? '',
    redact: (text) => input.redacted(storage.text(text)),
  };
}

/** Its steps have the storage secret, and no login to what serves a volume in the cluster. */
function checkReached({ path, task }: StashTask, { spec, metadata }: Repository): void {
  if (spec.backend.local === undefined) return;
  throw new StashError(
    'NotSupportedYet',
    `${path}: task ${task.metadata.name} was written for Stash and uses the Repository by itself, and the steps of such a Task do not reach the volume of Repository ${metadata.namespace}/${metadata.name} (spec.backend.local)`,
    {
      remedy: 'Give the alias a Repository in other storage (s3, gcs, azure, rest ...), or a Function that declares spec.supports.',
    },
  );
}

/** What the steps tell of what they did. */
export function outputFile({ program }: StashRun): string {
  return `${program.outputDir.replace(/\/+$/, '')}/output.json`;
}
