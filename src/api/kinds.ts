import type { TObject, TSchema } from 'typebox';
import { type AppBinding, AppBindingSpec } from './app-binding.ts';
import { type BackupBatch, BackupBatchSpec, BackupBatchStatus } from './backup-batch.ts';
import { type BackupBlueprint, BackupBlueprintSpec } from './backup-blueprint.ts';
import { type BackupConfiguration, BackupConfigurationSpec, BackupConfigurationStatus } from './backup-configuration.ts';
import { type BackupSession, BackupSessionSpec, BackupSessionStatus } from './backup-session.ts';
import {
  type BackupVerifierConfiguration,
  BackupVerifierConfigurationSpec,
  BackupVerifierConfigurationStatus,
} from './backup-verifier-configuration.ts';
import { type BackupVerifierSession, BackupVerifierSessionSpec, BackupVerifierSessionStatus } from './backup-verifier-session.ts';
import {
  type ConfigMap,
  ConfigMapFields,
  type Event,
  EventFields,
  type Namespace,
  NamespaceFields,
  type Secret,
  SecretFields,
} from './core.ts';
import { FunctionSpec, type Function as StashFunction } from './function.ts';
import type { AnyObject } from './object.ts';
import { type Repository, RepositorySpec, RepositoryStatus } from './repository.ts';
import { type RestoreBatch, RestoreBatchSpec, RestoreBatchStatus } from './restore-batch.ts';
import { type RestoreSession, RestoreSessionSpec, RestoreSessionStatus } from './restore-session.ts';
import { type Task, TaskSpec } from './task.ts';

export interface KindMap {
  Repository: Repository;
  BackupConfiguration: BackupConfiguration;
  BackupBatch: BackupBatch;
  BackupSession: BackupSession;
  RestoreSession: RestoreSession;
  RestoreBatch: RestoreBatch;
  BackupBlueprint: BackupBlueprint;
  Function: StashFunction;
  Task: Task;
  BackupVerifierConfiguration: BackupVerifierConfiguration;
  BackupVerifierSession: BackupVerifierSession;
  AppBinding: AppBinding;
  Secret: Secret;
  ConfigMap: ConfigMap;
  Event: Event;
  Namespace: Namespace;
  Deployment: AnyObject;
  StatefulSet: AnyObject;
  DaemonSet: AnyObject;
  PersistentVolumeClaim: AnyObject;
}

export type KindName = keyof KindMap;

export interface KindInfo<N extends string = KindName> {
  apiVersion: string;
  kind: N;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  hasStatus: boolean;
  /** Kinds of ours and AppBinding; we make CRDs and reference pages of them. */
  schema?: { spec: TSchema; status?: TSchema };
  /** Plain Kubernetes kinds: the fields beside apiVersion, kind and metadata. */
  fields?: TObject;
  /** Targets of the cluster: read, and only what stands in their metadata; never written, and no kind of a manifest of ours. */
  metadataOnly?: true;
}

const V1ALPHA1 = 'stash.appscode.com/v1alpha1';
const V1BETA1 = 'stash.appscode.com/v1beta1';

/** Every kind a store knows, in the order the reference shows them. */
export const KINDS: { readonly [N in KindName]: KindInfo<N> } = {
  Repository: stashKind(
    'Repository',
    'repositories',
    ['repo'],
    { spec: RepositorySpec, status: RepositoryStatus },
    { apiVersion: V1ALPHA1 },
  ),
  BackupConfiguration: stashKind('BackupConfiguration', 'backupconfigurations', ['bc'], {
    spec: BackupConfigurationSpec,
    status: BackupConfigurationStatus,
  }),
  BackupBatch: stashKind('BackupBatch', 'backupbatches', ['bbatch'], { spec: BackupBatchSpec, status: BackupBatchStatus }),
  BackupSession: stashKind('BackupSession', 'backupsessions', ['bs'], { spec: BackupSessionSpec, status: BackupSessionStatus }),
  RestoreSession: stashKind('RestoreSession', 'restoresessions', ['restore'], { spec: RestoreSessionSpec, status: RestoreSessionStatus }),
  RestoreBatch: stashKind('RestoreBatch', 'restorebatches', ['rbatch'], { spec: RestoreBatchSpec, status: RestoreBatchStatus }),
  BackupBlueprint: stashKind('BackupBlueprint', 'backupblueprints', ['bb'], { spec: BackupBlueprintSpec }, { namespaced: false }),
  Function: stashKind('Function', 'functions', ['fn'], { spec: FunctionSpec }, { namespaced: false }),
  Task: stashKind('Task', 'tasks', [], { spec: TaskSpec }, { namespaced: false }),
  BackupVerifierConfiguration: stashKind('BackupVerifierConfiguration', 'backupverifierconfigurations', ['bvc'], {
    spec: BackupVerifierConfigurationSpec,
    status: BackupVerifierConfigurationStatus,
  }),
  BackupVerifierSession: stashKind('BackupVerifierSession', 'backupverifiersessions', ['bvs'], {
    spec: BackupVerifierSessionSpec,
    status: BackupVerifierSessionStatus,
  }),
  AppBinding: {
    ...stashKind('AppBinding', 'appbindings', [], { spec: AppBindingSpec }, { apiVersion: 'appcatalog.appscode.com/v1alpha1' }),
    categories: ['catalog', 'appscode', 'all'],
  },
  Secret: coreKind('Secret', 'secrets', [], SecretFields),
  ConfigMap: coreKind('ConfigMap', 'configmaps', ['cm'], ConfigMapFields),
  Event: coreKind('Event', 'events', ['ev'], EventFields),
  Namespace: { ...coreKind('Namespace', 'namespaces', ['ns'], NamespaceFields), namespaced: false },
  Deployment: targetKind('Deployment', 'deployments', 'apps/v1'),
  StatefulSet: targetKind('StatefulSet', 'statefulsets', 'apps/v1'),
  DaemonSet: targetKind('DaemonSet', 'daemonsets', 'apps/v1'),
  PersistentVolumeClaim: targetKind('PersistentVolumeClaim', 'persistentvolumeclaims', 'v1'),
};

/** The kinds that manifests and commands may name. */
export const KIND_NAMES: readonly KindName[] = (Object.keys(KINDS) as KindName[]).filter((name) => KINDS[name].metadataOnly !== true);

export function isKindName(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}

function stashKind<N extends KindName>(
  kind: N,
  plural: string,
  shortNames: string[],
  schema: { spec: TSchema; status?: TSchema },
  { apiVersion = V1BETA1, namespaced = true } = {},
): KindInfo<N> {
  const hasStatus = schema.status !== undefined;
  return {
    apiVersion,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories: ['stash', 'appscode', 'all'],
    namespaced,
    hasStatus,
    schema,
  };
}

function coreKind<N extends KindName>(kind: N, plural: string, shortNames: string[], fields: TObject): KindInfo<N> {
  return {
    apiVersion: 'v1',
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories: [],
    namespaced: true,
    hasStatus: false,
    fields,
  };
}

function targetKind<N extends string>(kind: N, plural: string, apiVersion: string): KindInfo<N> {
  const info = { apiVersion, kind, plural, singular: kind.toLowerCase(), shortNames: [], categories: [] };
  return { ...info, namespaced: true, hasStatus: false, metadataOnly: true };
}
