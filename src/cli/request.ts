import { ANNOTATIONS, type RepositoryAction, type RepositoryRequest } from '../api/names.ts';
import type { RepositoryStatus } from '../api/repository.ts';
import { StashError } from '../errors/error.ts';
import type { Store } from '../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from './cli.ts';
import { withStore } from './connect.ts';
import { assertOperatorRuns, workerOf } from './operator-runs.ts';
import { liveLines } from './progress.ts';
import { updateObject } from './update.ts';
import { waitFor } from './wait-for.ts';

export interface RequestOptions extends GlobalOptions {
  wait: boolean;
  /** Milliseconds. */
  timeout: number;
}

/**
 * Asks the operator for work on a repository and prints its answer. Only the operator does such work: it alone knows what else is
 * under way there.
 */
export async function request(
  cli: Cli,
  repository: string,
  action: RepositoryAction,
  requestOptions: NonNullable<RepositoryRequest['options']>,
  options: RequestOptions,
): Promise<void> {
  await withStore(cli, options, async (store) => {
    if (options.wait)
      await assertOperatorRuns(cli, options, `nothing was asked for: ${action.toLowerCase()} is done by ${workerOf(options)}`);
    const id = cli.newId();
    const asked: RepositoryRequest = { id, action, ...(Object.keys(requestOptions).length > 0 ? { options: requestOptions } : {}) };
    await updateObject(store, 'Repository', repository, namespaceOf(options), (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, [ANNOTATIONS.request]: JSON.stringify(asked) };
    });
    if (!options.wait) {
      cli.out.write(`${action.toLowerCase()} of ${repository} was asked for\n`);
      return;
    }
    const answer = await awaitAnswer(cli, store, repository, id, options);
    const text = `${action} of ${repository}: ${answer.message ?? answer.phase}`;
    if (answer.phase === 'Failed') throw new StashError('RequestFailed', text);
    cli.out.write(`${text}\n`);
  });
}

type Answer = NonNullable<RepositoryStatus['requests']>[number];

async function awaitAnswer(cli: Cli, store: Store, name: string, id: string, options: RequestOptions): Promise<Answer> {
  const live = liveLines(cli.err);
  let answer: Answer | undefined;
  try {
    await waitFor(cli, store, {
      kind: 'Repository',
      key: { namespace: namespaceOf(options), name },
      timeoutMs: options.timeout,
      what: `the answer of ${workerOf(options)} about repository ${name}`,
      until: (repository) => {
        if (repository === undefined) throw new StashError('NotFound', `repository "${name}" was deleted meanwhile`);
        const { maintenance, requests } = repository.status ?? {};
        live.show([
          `waiting for ${name}${maintenance?.phase === 'Running' ? `: maintenance runs${maintenance.reason ? ` (${maintenance.reason})` : ''}` : ''}`,
        ]);
        answer = requests?.find((one) => one.id === id);
        return answer !== undefined;
      },
    });
  } finally {
    live.clear();
  }
  if (answer === undefined) throw new StashError('Internal', `no answer to request ${id}`);
  return answer;
}
