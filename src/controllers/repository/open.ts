import type { KindMap } from '../../api/kinds.ts';
import type { Repository } from '../../api/repository.ts';
import { accessOf } from '../../engine/backends/access.ts';
import type { RepositoryAccess } from '../../engine/engine.ts';
import { StashError } from '../../errors/error.ts';
import type { OpenRepository, RepositoryRef } from '../../orders/order.ts';
import type { Place } from '../../rules/not-yet.ts';
import { accessSecrets } from '../../secrets/secret-values.ts';
import type { Context } from '../context.ts';
import type { ServedStorage } from '../platform-port.ts';

/** `unserved`: it cannot be used yet, and why; status says so too. */
export interface OpenedRepository extends Pick<ServedStorage, 'unserved'> {
  repository: Repository;
  open: OpenRepository;
  secretVersion: string;
}

/**
 * Everything an order needs to use a repository; its secrets are kept out of the log from now on. `from` is the namespace of the object
 * that refers to it. Throws RepositoryNotFound, SecretMissing, SecretKeyMissing, LayoutSingle, GatewayRequired,
 * NotSupportedYet, BackendUnsupported or Invalid.
 */
export async function openRepository(
  ctx: Pick<Context, 'store' | 'log' | 'platform' | 'gates'>,
  ref: RepositoryRef,
  from: string,
): Promise<OpenedRepository> {
  const repository = await ctx.store.get('Repository', ref);
  if (repository === undefined) throw new StashError('RepositoryNotFound', `there is no Repository ${ref.namespace}/${ref.name}`);
  checkLayout(repository, from, ctx.platform.place);
  checkPrograms(repository, ctx.platform.place);
  const secret = await storageSecret(ctx, repository);
  const inUse = () => ctx.gates.sharers(ref).length > 0 || repository.status?.maintenance?.phase === 'Running';
  const served = await ctx.platform.served?.(repository, { inUse });
  const place = { name: ref.name, namespace: ref.namespace, spec: repository.spec };
  const data = secretData(secret);
  const access = served === undefined ? accessOf(place, data) : accessOfServed(place, data, served);
  for (const value of accessSecrets(access)) ctx.log.redact(value);
  return {
    repository,
    open: { namespace: ref.namespace, name: ref.name, access },
    secretVersion: secret?.metadata.resourceVersion ?? '',
    ...(served?.unserved === undefined ? {} : { unserved: served.unserved }),
  };
}

/** The engine sees a REST server like any other, in this cluster and so never behind a proxy. */
function accessOfServed(place: Parameters<typeof accessOf>[0], data: Record<string, string>, served: ServedStorage): RepositoryAccess {
  const { storageSecretName } = place.spec.backend;
  const backend = { ...(storageSecretName === undefined ? {} : { storageSecretName }), rest: { url: served.url } };
  const { RESTIC_PASSWORD } = data;
  return accessOf(
    { ...place, spec: { backend } },
    {
      ...(RESTIC_PASSWORD === undefined ? {} : { RESTIC_PASSWORD }),
      REST_SERVER_USERNAME: served.user,
      REST_SERVER_PASSWORD: served.password,
      CA_CERT_DATA: served.authority,
      NO_PROXY: new URL(served.url).hostname,
    },
  );
}

/** The password of the repository; the records are authenticated with it. */
export function passwordOf(open: OpenRepository): string {
  const password = open.access.env.RESTIC_PASSWORD;
  if (password === undefined)
    throw new StashError('SecretKeyMissing', `the storage secret of Repository ${open.namespace}/${open.name} has no RESTIC_PASSWORD`);
  return password;
}

function checkLayout({ spec, metadata }: Repository, from: string, place: Place): void {
  const name = `${metadata.namespace}/${metadata.name}`;
  if (spec.layout === 'PerTarget')
    throw new StashError('NotSupportedYet', `Repository ${name} has layout: PerTarget, which is not built yet`, {
      remedy: 'Remove spec.layout, or set it to Single.',
    });
  if (from !== metadata.namespace)
    throw new StashError(
      place === 'Cluster' ? 'GatewayRequired' : 'LayoutSingle',
      `Repository ${name} is one restic repository for all its targets and is not lent to namespace ${from}`,
    );
}

function checkPrograms({ spec, metadata }: Repository, place: Place): void {
  if (spec.backend.sftp !== undefined && place === 'Cluster')
    throw new StashError(
      'NotSupportedYet',
      `Repository ${metadata.namespace}/${metadata.name}: spec.backend.sftp takes ssh, which agents in pods do not have`,
      { remedy: 'Use another storage, or mount the directory as a volume (nfs, csi) and give that in spec.backend.local.' },
    );
}

async function storageSecret(ctx: Pick<Context, 'store'>, { spec, metadata }: Repository): Promise<KindMap['Secret'] | undefined> {
  const name = spec.backend.storageSecretName;
  if (name === undefined)
    throw new StashError('SecretMissing', `Repository ${metadata.namespace}/${metadata.name} names no storageSecretName`, {
      remedy: 'Set spec.backend.storageSecretName to a secret with RESTIC_PASSWORD.',
    });
  const secret = await ctx.store.get('Secret', { namespace: metadata.namespace ?? '', name });
  if (secret === undefined)
    throw new StashError('SecretMissing', `the storage secret ${metadata.namespace}/${name} of Repository ${metadata.name} does not exist`);
  return secret;
}

/** A secret's values as text. */
export function secretData(secret: KindMap['Secret'] | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}
