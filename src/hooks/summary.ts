import { GoStruct } from './template/value.ts';

/** What a hook can say about the session it belongs to. Templates write the fields as Stash does: `{{ .Status.Phase }}`. */
export interface Summary {
  /** Name of the session: `{{ .Name }}`. */
  name: string;
  /** Its namespace: `{{ .Namespace }}`. */
  namespace: string;
  /** What the session came from: `{{ .Invoker.APIGroup }}`, `{{ .Invoker.Kind }}`, `{{ .Invoker.Name }}`. */
  invoker: { apiGroup: string; kind: string; name: string };
  /** `{{ .Target.APIVersion }}`, `{{ .Target.Kind }}`, `{{ .Target.Name }}`, `{{ .Target.Namespace }}`. Empty for hooks of a whole batch. */
  target: { apiVersion: string; kind: string; name: string; namespace: string };
  /** `{{ .Status.Phase }}` (Succeeded or Failed once it ended), `{{ .Status.Duration }}`, `{{ .Status.Error }}` (empty without one). */
  status: { phase: string; duration: string; error: string };
  /** How often a failed backup is still tried again: `{{ .RetryLeft }}`. */
  retryLeft: number;
}

/** The summary as templates see it. `toJson` of it, or of a part, has the names of the interface above. */
export function templateRoot({ name, namespace, invoker, target, status, retryLeft }: Summary): GoStruct {
  return new GoStruct([
    ['Name', 'name', name],
    ['Namespace', 'namespace', namespace],
    [
      'Invoker',
      'invoker',
      new GoStruct([
        ['APIGroup', 'apiGroup', invoker.apiGroup],
        ['Kind', 'kind', invoker.kind],
        ['Name', 'name', invoker.name],
      ]),
    ],
    [
      'Target',
      'target',
      new GoStruct([
        ['APIVersion', 'apiVersion', target.apiVersion],
        ['Kind', 'kind', target.kind],
        ['Name', 'name', target.name],
        ['Namespace', 'namespace', target.namespace],
      ]),
    ],
    [
      'Status',
      'status',
      new GoStruct([
        ['Phase', 'phase', status.phase],
        ['Duration', 'duration', status.duration],
        ['Error', 'error', status.error],
      ]),
    ],
    ['RetryLeft', 'retryLeft', retryLeft],
  ]);
}
