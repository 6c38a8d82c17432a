import type { AppBinding } from '../../api/app-binding.ts';
import type { TargetRef } from '../../api/references.ts';
import type { Repository } from '../../api/repository.ts';
import type { BackupTarget } from '../../api/target.ts';
import { DEFAULT_CLAIM_MOUNT } from '../claim-templates.ts';
import type { BUILT_IN } from './built-in.ts';
import type { Variables } from './substitute.ts';

type BuiltIn = (typeof BUILT_IN)[number];

interface RunFacts {
  /** Of the session, the target and the repository. */
  namespace: string;
  session: { kind: 'BackupSession' | 'RestoreSession'; name: string };
  invoker: { kind: string; name: string };
  repository: Repository;
  /** As restic takes it. */
  repositoryUrl: string;
  target: TargetRef;
  spec: Pick<BackupTarget, 'paths' | 'exclude' | 'args' | 'volumeMounts'> | undefined;
  application: AppBinding | undefined;
  /** Name of the host that is backed up or restored. */
  host: string;
  /** Of a restore. */
  restore?: {
    sourceHost: string;
    snapshots: readonly string[];
    paths: readonly string[];
    include: readonly string[];
    exclude: readonly string[];
  };
}

/** Room for what a step keeps for another. */
export const INTERIM_DIRECTORY = '/stash-interim-volume';

/** The path at which a claim appears in the pod of a Job. */
export function targetMountPath(spec: { volumeMounts?: BackupTarget['volumeMounts'] | undefined } | undefined): string {
  return spec?.volumeMounts?.[0]?.mountPath ?? DEFAULT_CLAIM_MOUNT;
}

/** The values of Stash's own variables in one run; what does not apply is absent. */
export function stashVariables(facts: RunFacts): Variables {
  const { namespace, session, invoker, target, spec, host, restore } = facts;
  const mount = target.kind === 'AppBinding' ? undefined : targetMountPath(spec);
  const paths = spec?.paths ?? (mount === undefined ? [] : [mount]);
  const given: Partial<Record<BuiltIn, string | undefined>> = {
    NAMESPACE: namespace,
    BACKUP_SESSION: session.kind === 'BackupSession' ? session.name : undefined,
    RESTORE_SESSION: session.kind === 'RestoreSession' ? session.name : undefined,
    INVOKER_KIND: invoker.kind,
    INVOKER_NAME: invoker.name,
    ...ofRepository(facts),
    TARGET_NAME: target.name,
    TARGET_KIND: target.kind,
    TARGET_NAMESPACE: target.namespace ?? namespace,
    TARGET_API_VERSION: target.apiVersion,
    TARGET_MOUNT_PATH: mount,
    TARGET_PATHS: paths.join(','),
    ...ofApplication(facts),
    HOSTNAME: host,
    SOURCE_HOSTNAME: restore?.sourceHost,
    RESTORE_SNAPSHOTS: restore?.snapshots.join(','),
    RESTORE_PATHS: restore?.paths.join(','),
    INCLUDE_PATTERNS: restore?.include.join(','),
    EXCLUDE_PATTERNS: (restore?.exclude ?? spec?.exclude ?? []).join(','),
    DRIVER_ARGS: (spec?.args ?? []).join(' '),
    INTERIM_DATA_DIR: INTERIM_DIRECTORY,
    ENABLE_CACHE: 'true',
  };
  return Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''));
}

function ofRepository({ repository: { metadata, spec }, repositoryUrl }: RunFacts): Partial<Record<BuiltIn, string | undefined>> {
  const { storageSecretName, ...backends } = spec.backend;
  const [[provider, place] = ['', {}]] = Object.entries(backends);
  const { bucket, container, prefix, subPath, endpoint, url, region, insecureTLS } = place as Record<string, string | boolean | undefined>;
  const text = (value: string | boolean | undefined) => (value === undefined ? undefined : String(value));
  return {
    REPOSITORY_NAME: metadata.name,
    REPOSITORY_NAMESPACE: metadata.namespace,
    REPOSITORY_PROVIDER: provider,
    REPOSITORY_SECRET_NAME: storageSecretName,
    REPOSITORY_SECRET_NAMESPACE: storageSecretName === undefined ? undefined : metadata.namespace,
    REPOSITORY_BUCKET: text(bucket ?? container),
    REPOSITORY_PREFIX: text(prefix ?? subPath),
    REPOSITORY_ENDPOINT: text(endpoint ?? url),
    REPOSITORY_REGION: text(region),
    REPOSITORY_INSECURE_TLS: text(insecureTLS),
    REPOSITORY_URL: repositoryUrl,
  };
}

function ofApplication({ application }: RunFacts): Partial<Record<BuiltIn, string | undefined>> {
  const [group, resource] = (application?.spec.type ?? '').split('/');
  return {
    TARGET_APP_VERSION: application?.spec.version,
    TARGET_APP_TYPE: application?.spec.type,
    TARGET_APP_GROUP: resource === undefined ? undefined : group,
    TARGET_APP_RESOURCE: resource ?? group,
  };
}
