import { LABEL_VALUES, LABELS } from './names.ts';
import type { AnyObject } from './object.ts';
import type { TargetRef } from './references.ts';

/** Labels of a BackupSession: what asked for it, the alias, and its target where there is one. */
export function sessionLabels(invoker: AnyObject, alias: string): Record<string, string> {
  const target = (invoker.spec as { target?: { ref?: TargetRef } }).target?.ref;
  return present({
    [LABELS.component]: LABEL_VALUES.backup,
    [LABELS.managedBy]: LABEL_VALUES.managedBy,
    [LABELS.invokerType]: invoker.kind,
    [LABELS.invokerName]: invoker.metadata.name,
    [LABELS.alias]: alias,
    ...targetLabels(target, invoker.metadata.namespace),
  });
}

/** Labels of a RestoreSession. */
export function restoreLabels(target: TargetRef | undefined, namespace: string): Record<string, string> {
  return present({
    [LABELS.component]: LABEL_VALUES.restore,
    [LABELS.managedBy]: LABEL_VALUES.managedBy,
    ...targetLabels(target, namespace),
  });
}

function targetLabels(target: TargetRef | undefined, namespace: string | undefined): Record<string, string | undefined> {
  if (target === undefined) return {};
  const [group, version] = target.apiVersion?.includes('/') ? target.apiVersion.split('/') : [undefined, target.apiVersion];
  return {
    [LABELS.targetKind]: target.kind,
    [LABELS.targetName]: target.name,
    [LABELS.targetNamespace]: target.namespace ?? namespace,
    [LABELS.targetGroup]: group,
    [LABELS.targetVersion]: version,
  };
}

/** A label value has at most 63 characters and ends in a letter or digit; a longer name is cut, since labels are only for finding. */
function present(labels: Record<string, string | undefined>): Record<string, string> {
  const given = Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, labelValue(value)]));
}

function labelValue(text: string): string {
  let end = Math.min(63, text.length);
  while (end > 0 && !/[A-Za-z0-9]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
