import type { AnyObject } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { apply } from '../../store/kubernetes/apply.ts';
import type { Store } from '../../store/store.ts';
import type { Cli } from '../cli.ts';
import { invalid } from '../manifests/load.ts';
import type { Outcome } from '../manifests/outcome.ts';
import type { Source } from '../manifests/sources.ts';
import { type ClusterOptions, FIELD_MANAGER, type OpenCluster, withCluster } from './connect.ts';
import { loadForCluster, type Meant } from './load.ts';

export interface Applied extends Meant {
  outcome: Outcome;
}

type Options = ClusterOptions & { dryRun?: boolean; forceConflicts?: boolean };

/**
 * Server-side apply of manifests of any kind. Ours are checked by our own rules, then all by the server, which is asked what would happen;
 * nothing is written when one is refused. What `begin` returns, given all that is meant, hears of each object in turn.
 */
export async function applyToCluster(
  cli: Cli,
  options: Options,
  sources: readonly Source[],
  begin: (store: Store, ours: readonly AnyObject[]) => (one: Applied) => Promise<void>,
): Promise<AnyObject[]> {
  return withCluster(cli, options, async (cluster) => {
    const meant = await loadForCluster(cluster, sources, { given: options.namespace, otherwise: cluster.connection.namespace });
    const tried = await tryAll(cluster, meant, options);
    const told = begin(
      cluster.store,
      meant.flatMap(({ ours }) => ours ?? []),
    );
    const written: AnyObject[] = [];
    for (const [index, one] of meant.entries()) {
      const { object, outcome } = options.dryRun ? (tried[index] ?? untried(one)) : await applyOne(cli, cluster, one, options);
      written.push(object);
      await told({ ...one, object, outcome });
    }
    return written;
  });
}

type Result = Pick<Applied, 'object' | 'outcome'>;

/** Server-side dry run of everything; undefined for what cannot be tried before something else of the same files is there. */
async function tryAll(cluster: OpenCluster, meant: readonly Meant[], options: Options): Promise<(Result | undefined)[]> {
  const problems: string[] = [];
  const results: (Result | undefined)[] = [];
  for (const one of meant) {
    try {
      results.push(one.waitsFor === undefined ? await send(cluster, one, { ...options, dryRun: true }) : undefined);
    } catch (error) {
      if (!isCode(error, 'Invalid', 'NotFound')) throw error;
      problems.push(`${one.place}: ${one.title}${error.message}`);
      results.push(undefined);
    }
  }
  if (problems.length > 0) throw invalid(problems);
  return results;
}

function untried({ object }: Meant): Result {
  return { object, outcome: 'created' };
}

/** A kind that was made a moment ago is not served yet. */
async function applyOne(cli: Cli, cluster: OpenCluster, one: Meant, options: Options): Promise<Result> {
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return await send(cluster, one, options);
    } catch (error) {
      if (one.waitsFor !== 'Kind' || waited > LONGEST_MS || cli.signal.aborted) throw error;
      await cli.clock.sleep(LOOK_MS, cli.signal);
    }
  }
}

const LOOK_MS = 300;
const LONGEST_MS = 15_000;

async function send(cluster: OpenCluster, { object }: Meant, { dryRun = false, forceConflicts = false }: Options): Promise<Result> {
  const attempt = async (force: boolean): Promise<Result> => {
    const { result, object: answer } = await apply(cluster, object, { fieldManager: FIELD_MANAGER, force, dryRun });
    return { object: answer, outcome: result === 'changed' ? 'configured' : result };
  };
  try {
    return await attempt(forceConflicts);
  } catch (error) {
    if (!isCode(error, 'Conflict')) throw error;
    // What another command of ours has set ("stash pause") is not somebody else's.
    const managers = [...error.message.matchAll(/conflicts? with "([^"]+)"/g)].map(([, manager]) => manager);
    if (managers.length > 0 && managers.every((manager) => manager === FIELD_MANAGER)) return await attempt(true);
    throw new StashError('Conflict', error.message, {
      cause: error,
      remedy: 'Leave these fields out of the manifest, or take them over with --force-conflicts.',
    });
  }
}
