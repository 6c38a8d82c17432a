import type { BackupBlueprint } from '../../api/backup-blueprint.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { KINDS, type KindMap, type KindName } from '../../api/kinds.ts';
import { type AnyObject, keyOf } from '../../api/object.ts';
import type { BlueprintKind } from '../../rules/blueprint/target.ts';
import { silentLogger } from '../../runtime/log.ts';
import { blueprintController } from '../blueprint/reconcile.ts';
import { manifest } from './manifests.ts';
import { type TestOperator, testOperator } from './operator.ts';

export const BLUEPRINT = 'stash.appscode.com/backup-blueprint';

export interface BlueprintBed {
  operator: TestOperator;
  blueprint(name: string, spec?: object): Promise<BackupBlueprint>;
  /** Changes fields of a blueprint's spec. */
  edit(name: string, spec: object): Promise<void>;
  target(kind: BlueprintKind, name: string, annotations: Record<string, string>, namespace?: string): Promise<AnyObject>;
  annotate(kind: BlueprintKind, name: string, annotations: Record<string, string>): Promise<void>;
  /** Looks at these targets until nothing is written any more; how many writes there were. */
  settle(...targets: [BlueprintKind, string, string?][]): Promise<number>;
  configuration(name: string, namespace?: string): Promise<BackupConfiguration | undefined>;
  events(): Promise<string[]>;
}

/** The controllers of blueprints on a real store; workloads are put into it, which only a cluster does otherwise. */
export async function blueprintBed(): Promise<BlueprintBed> {
  const operator = await testOperator();
  const { store, clock } = operator;
  const controllers = new Map<BlueprintKind, ReturnType<typeof blueprintController>>();
  const controllerOf = (kind: BlueprintKind) => {
    const controller = controllers.get(kind) ?? blueprintController(kind, operator.ctx());
    controllers.set(kind, controller);
    return controller;
  };
  const versions = async () => {
    const kinds: KindName[] = ['Repository', 'BackupConfiguration'];
    const objects = (await Promise.all(kinds.map((kind) => store.list(kind)))).flat();
    return objects.map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`,
    );
  };
  const change = async <K extends KindName>(
    kind: K,
    key: { namespace: string; name: string },
    edit: (object: KindMap[K]) => KindMap[K],
  ) => {
    const object = await store.get(kind, key);
    if (object === undefined) throw new Error(`there is no ${kind} ${key.name}`);
    await store.replace(kind, edit(object));
  };
  return {
    operator,
    blueprint: (name, spec = {}) => store.create('BackupBlueprint', blueprintOf(name, spec)),
    edit: (name, spec) =>
      change('BackupBlueprint', { namespace: '', name }, (object) => ({ ...object, spec: { ...object.spec, ...spec } })),
    target: (kind, name, annotations, namespace = 'shop') => store.create(kind, targetObject(kind, name, annotations, namespace) as never),
    annotate: (kind, name, annotations) =>
      change(kind, { namespace: 'shop', name }, (object) => ({ ...object, metadata: { ...object.metadata, annotations } })),
    settle: async (...targets) => {
      for (let writes = 0, round = 0; round < 20; round++) {
        const before = await versions();
        for (const [kind, name, namespace = 'shop'] of targets)
          await controllerOf(kind).reconcile({ namespace, name }, { signal: new AbortController().signal, clock, log: silentLogger() });
        const after = await versions();
        const changed = [...after.filter((one) => !before.includes(one)), ...before.filter((one) => !after.includes(one))].length;
        if (changed === 0) return writes;
        writes += changed;
      }
      throw new Error('it does not come to rest');
    },
    configuration: (name, namespace = 'shop') => store.get('BackupConfiguration', { namespace, name }),
    events: async () =>
      (await store.list('Event')).map(
        ({ involvedObject, reason, message }) => `${keyOf({ ...involvedObject, metadata: involvedObject }).name} ${reason}: ${message}`,
      ),
  };
}

export const BACKEND = {
  storageSecretName: 'storage',
  s3: { endpoint: 's3.example.org', bucket: 'b', prefix: '${TARGET_NAMESPACE}/${TARGET_KIND}/${TARGET_NAME}' },
};

function blueprintOf(name: string, spec: object): BackupBlueprint {
  const all = { backend: BACKEND, schedule: '@daily', retentionPolicy: { name: 'k', keepLast: 5 }, ...spec };
  return manifest({ apiVersion: 'stash.appscode.com/v1beta1', kind: 'BackupBlueprint', metadata: { name }, spec: all }) as BackupBlueprint;
}

function targetObject(kind: BlueprintKind, name: string, annotations: Record<string, string>, namespace: string): AnyObject {
  const spec = { type: 'kubedb.com/mariadb', version: '10.11', clientConfig: { url: 'tcp(127.0.0.1:3306)/' } };
  const metadata = { name, namespace, annotations };
  return { apiVersion: KINDS[kind].apiVersion, kind, metadata, ...(kind === 'AppBinding' ? { spec } : {}) };
}
