import type { V1EnvFromSource, V1EnvVar } from '@kubernetes/client-node';
import type { AppBinding } from '../../../api/app-binding.ts';
import { asStashError, isCode } from '../../../errors/error.ts';
import { type Binding, bindingOf, type Catalog } from '../../../rules/binding.ts';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import type { Invoker, Member } from '../../../rules/invoker.ts';
import { SIDECAR_CONTAINER } from '../sidecar/names.ts';
import type { WantedSidecar } from '../sidecar/wanted.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../sidecar/workload.ts';
import type { WorkloadKey } from '../sidecar/workload-requests.ts';
import type { ApplicationOf } from './applications.ts';

/** The workloads among an invoker's targets. Those of another namespace are nobody's to put anything into. */
export function workloadsOf(invoker: Invoker): WorkloadKey[] {
  const keys = invoker.members.flatMap((member) => workloadOf(member, invoker.namespace) ?? []);
  return [...new Map(keys.map((key) => [`${key.kind}/${key.name}`, key])).values()];
}

/** What bindings are decided by, besides the invokers. */
interface Known {
  catalog: Catalog;
  applicationOf: ApplicationOf;
}

/** What all these invokers together want in the workload; what is wrong with a binding of one its status says, and it wants nothing here. */
export function wantedSidecars(workload: WorkloadKey, invokers: readonly Invoker[], { catalog, applicationOf }: Known): WantedSidecar[] {
  return invokers.flatMap((invoker) =>
    invoker.members
      .filter((member) => isOf(workload, workloadOf(member, invoker.namespace)))
      .flatMap((member) => wantedBy(invoker, member, catalog, applicationOf(member.target, invoker.namespace))),
  );
}

function wantedBy(invoker: Invoker, member: Member, catalog: Catalog, application: AppBinding | undefined): WantedSidecar[] {
  const aliases = new Set(invoker.operations.filter((line) => line.members.includes(member.key)).map((line) => line.alias));
  return [...aliases].flatMap((alias) => {
    try {
      const { sidecar, restore, task } = member;
      const targetKind = member.target?.ref?.kind ?? '';
      const binding = bindingOf({ place: 'Cluster', alias, direction: 'backup', sidecar, restore, task, targetKind, application }, catalog);
      return [
        wanted(
          member,
          binding,
          binding.steps.map((step) => step.name),
          catalog,
        ),
      ];
    } catch (error) {
      if (isCode(asStashError(error), 'Internal')) throw error;
      return [];
    }
  });
}

function wanted(member: Member, { container, program }: Binding, functions: readonly string[], catalog: Catalog): WantedSidecar {
  const specs = functions.flatMap((name) => catalog.functions.get(name)?.spec ?? []);
  const bound = member.sidecar?.find(({ function: one }) => functions.includes(one.name) && one.containerName === container)?.function;
  const staged = specs.some((spec) => spec.source === 'Stage') ? 'Physical' : 'Files';
  return {
    container: container ?? SIDECAR_CONTAINER,
    ...(program?.image === undefined ? {} : { image: program.image }),
    staged,
    target: {
      ...(member.target?.paths === undefined ? {} : { paths: member.target.paths }),
      ...(member.target?.volumeMounts === undefined ? {} : { volumeMounts: member.target.volumeMounts }),
    },
    runtimeSettings: settingsOf(bound?.runtimeSettings ?? member.runtimeSettings?.container, program),
    tempDir: member.tempDir,
    ...(program === undefined || program.env.length === 0 ? {} : { env: program.env as V1EnvVar[] }),
    ...(program === undefined || program.envFrom.length === 0 ? {} : { envFrom: program.envFrom as V1EnvFromSource[] }),
  };
}

/** What a Function says of its container, with what the configuration says over it. */
function settingsOf(given: WantedSidecar['runtimeSettings'], program: FunctionContainer | undefined): WantedSidecar['runtimeSettings'] {
  if (program?.settings === undefined && program?.resources === undefined) return given;
  return { ...program.settings, ...(program.resources === undefined ? {} : { resources: program.resources }), ...given };
}

function workloadOf({ target }: Member, namespace: string): WorkloadKey | undefined {
  const { kind, name, namespace: own = namespace } = target?.ref ?? {};
  if (name === undefined || own !== namespace || !isWorkload(kind)) return undefined;
  return { kind, namespace, name };
}

export function isWorkload(kind: string | undefined): kind is WorkloadKind {
  return (WORKLOAD_KINDS as readonly (string | undefined)[]).includes(kind);
}

function isOf(one: WorkloadKey, other: WorkloadKey | undefined): boolean {
  return one.kind === other?.kind && one.namespace === other.namespace && one.name === other.name;
}
