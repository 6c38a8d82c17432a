import { ANNOTATIONS } from '../../api/names.ts';
import type { AnyObject } from '../../api/object.ts';
import { relative } from '../output/age.ts';
import type { Section } from './layout.ts';

/** What every object has. */
export function metadataSection({ apiVersion, kind, metadata }: AnyObject, now: Date): Section {
  return {
    rows: [
      ['Name', metadata.name],
      ['Namespace', metadata.namespace],
      ['Kind', `${kind} (${apiVersion})`],
      ['Labels', pairs(metadata.labels)],
      ['Annotations', pairs(shown(metadata.annotations ?? {}))],
      ['Created', whenText(metadata.creationTimestamp, now)],
      [
        'Deletion',
        metadata.deletionTimestamp &&
          `asked for ${whenText(metadata.deletionTimestamp, now)}, waits for ${(metadata.finalizers ?? []).join(', ')}`,
      ],
      ['Owner', metadata.ownerReferences?.map((owner) => `${owner.kind}/${owner.name}`).join(', ')],
    ],
  };
}

/** Without the last request to the operator: its answer says more. */
function shown(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== ANNOTATIONS.request));
}

/** `2026-11-22T10:15:00Z (3m ago)`. */
export function whenText(time: string | undefined, now: Date): string | undefined {
  if (time === undefined) return undefined;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${time} (${relative(date, now)})`;
}

function pairs(record: Record<string, string> | undefined): string {
  return Object.entries(record ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}
