import { readManifests } from '../../api/manifest.ts';
import type { AnyObject } from '../../api/object.ts';
import { StashError } from '../../errors/error.ts';
import { inject } from '../../platform/kubernetes/sidecar/inject.ts';
import { sidecarPatch } from '../../platform/kubernetes/sidecar/patch.ts';
import type { Workload } from '../../platform/kubernetes/sidecar/workload.ts';
import { isWorkload } from '../../platform/kubernetes/targets/wanted-sidecars.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { type InvokerObject, parseInvokerRef } from '../invoker.ts';
import { invalid, loadOne } from '../manifests/load.ts';
import type { Source } from '../manifests/sources.ts';
import { nameText } from '../resolve.ts';
import { type OpenCluster, withCluster } from './connect.ts';
import { sidecarSettings, wantedIn } from './wanted.ts';

export interface InjectOptions extends GlobalOptions {
  for?: string;
  image?: string;
}

/**
 * Every document of the sources; workloads that are targets with the sidecar in them, as the operator would put it there. `told` hears of
 * each of those. Throws when there is none.
 */
export async function injectInto(
  cli: Cli,
  options: InjectOptions,
  sources: readonly Source[],
  told: (name: string) => void,
): Promise<AnyObject[]> {
  const only = options.for === undefined ? undefined : parseInvokerRef(options.for);
  const manifests = read(sources);
  return withCluster(cli, options, async (cluster) => {
    const invokers = await invokersIn(cluster, manifests, namespaceOf(options));
    const settings = await sidecarSettings(cluster, options);
    const printed: AnyObject[] = [];
    let found = 0;
    for (const manifest of manifests) {
      const { kind, metadata } = manifest;
      if (!isWorkload(kind) || !manifest.apiVersion.startsWith('apps/')) {
        printed.push(manifest);
        continue;
      }
      const key = { kind, namespace: metadata.namespace ?? namespaceOf(options), name: metadata.name };
      const wanted = await wantedIn(cluster, key, { invokers, only });
      if (wanted.length === 0) {
        printed.push(manifest);
        continue;
      }
      const answer = sidecarPatch(manifest as unknown as Workload, wanted, settings);
      if ('refusal' in answer) throw answer.refusal;
      printed.push(inject(manifest as unknown as Workload, answer.patch) as unknown as AnyObject);
      told(nameText(manifest));
      found += 1;
    }
    if (found === 0) throw nothing(options);
    return printed;
  });
}

function read(sources: readonly Source[]): AnyObject[] {
  const documents = sources.map((source) => readManifests(source.text, source.name));
  const problems = documents.flatMap((one) => one.problems.map(({ source, line, message }) => `${source}:${line}: ${message}`));
  if (problems.length > 0) throw invalid(problems);
  return documents.flatMap((one) => one.documents.map(({ object }) => object as AnyObject));
}

/** What they ask for counts only when our rules accept it. */
async function invokersIn({ store }: OpenCluster, manifests: readonly AnyObject[], namespace: string): Promise<InvokerObject[]> {
  const asking = manifests.filter(({ kind }) => kind === 'BackupConfiguration' || kind === 'BackupBatch');
  const loaded = await Promise.all(asking.map((one) => loadOne(store, one, { otherwise: namespace })));
  const problems = loaded.flatMap((one) => ('problems' in one ? one.problems.map(({ text }) => `${one.title}${text}`) : []));
  if (problems.length > 0) throw invalid(problems);
  return loaded.flatMap((one) => ('object' in one ? [one.object as InvokerObject] : []));
}

function nothing(options: InjectOptions): StashError {
  const asked = options.for === undefined ? 'no BackupConfiguration or BackupBatch names' : `${options.for} does not name`;
  return new StashError('Usage', `${asked} a Deployment, StatefulSet or DaemonSet of these files as its target`, {
    remedy:
      'Give the files of the workload and, where the cluster does not have it yet, of the BackupConfiguration; and the namespace with -n.',
  });
}
