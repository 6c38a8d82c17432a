import { KINDS } from '../../api/kinds.ts';

/** Kinds whose annotations may name blueprints. */
export const BLUEPRINT_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'PersistentVolumeClaim', 'AppBinding'] as const;
export type BlueprintKind = (typeof BLUEPRINT_KINDS)[number];

/** What of an annotated object decides what is made for it. */
export interface BlueprintTarget {
  kind: BlueprintKind;
  namespace: string;
  name: string;
  uid: string;
  annotations: Readonly<Record<string, string>>;
  /** Of an AppBinding: `spec.type` and `spec.version`. */
  type?: string | undefined;
  version?: string | undefined;
}

/** `NAMESPACE/KIND/NAME`. */
export function blueprintTargetText({ kind, namespace, name }: Pick<BlueprintTarget, 'kind' | 'namespace' | 'name'>): string {
  return `${namespace}/${kind}/${name}`;
}

export function isBlueprintKind(kind: string | undefined): kind is BlueprintKind {
  return (BLUEPRINT_KINDS as readonly (string | undefined)[]).includes(kind);
}

export function apiVersionOf(kind: BlueprintKind): string {
  return KINDS[kind].apiVersion;
}
