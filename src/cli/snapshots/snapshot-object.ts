import { TAGS, tagValue } from '../../api/names.ts';
import type { AnyObject, ObjectKey } from '../../api/object.ts';
import type { ListedSnapshot } from './list.ts';

/** A snapshot in the form in which Stash's own API served it, with what our tags say besides. */
export interface SnapshotObject extends AnyObject {
  status: {
    tree: string;
    paths: string[];
    hostname: string;
    username?: string;
    tags: string[];
    repository: string;
    /** Bytes. */
    totalSize?: number;
    operation?: string;
    /** `NAMESPACE/KIND/NAME`. */
    target?: string;
    /** Of logs: `log TIMELINE`. */
    series?: string;
    /** `NAMESPACE/NAME`. */
    session?: string;
    /** False: something could not be read, or was not stored everywhere. Absent: nobody knows. */
    complete?: boolean;
  };
}

/** Named `REPOSITORY-1a2b3c4d` as in Stash; the full id is the uid. */
export function snapshotObject(snapshot: ListedSnapshot, repository: ObjectKey): SnapshotObject {
  const { id, time, host, paths, tags, tree, username, bytesProcessed, complete } = snapshot;
  const operation = tagValue(tags, TAGS.operation);
  const target = tagValue(tags, TAGS.target);
  const session = tagValue(tags, TAGS.session);
  const series = tagValue(tags, TAGS.series);
  return {
    apiVersion: 'repositories.stash.appscode.com/v1alpha1',
    kind: 'Snapshot',
    metadata: {
      name: `${repository.name}-${id.slice(0, 8)}`,
      namespace: repository.namespace,
      uid: id,
      creationTimestamp: `${new Date(time).toISOString().slice(0, 19)}Z`,
      labels: { repository: repository.name, hostname: host },
    },
    status: {
      tree,
      paths,
      hostname: host,
      ...(username === undefined ? {} : { username }),
      tags,
      repository: repository.name,
      ...(bytesProcessed === undefined ? {} : { totalSize: bytesProcessed }),
      ...(operation === undefined ? {} : { operation }),
      ...(target === undefined ? {} : { target }),
      ...(series === undefined ? {} : { series: [series, tagValue(tags, TAGS.timeline)].join(' ').trim() }),
      ...(session === undefined ? {} : { session }),
      ...(complete === undefined ? {} : { complete }),
    },
  };
}
