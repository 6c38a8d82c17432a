import { ANNOTATIONS } from '../../api/names.ts';
import { type AnyObject, keyOf, keyText } from '../../api/object.ts';
import type { Controller } from '../../runtime/controller.ts';

/**
 * Which changes of possible targets count: those of our annotations, of an AppBinding's spec, and that a target goes. Workloads change all
 * the time and most carry no annotation; of these nothing is kept.
 */
export function annotatedChanges(): NonNullable<Controller['concerns']> {
  const known = new Map<string, string>();
  return (object, change) => {
    const key = keyText(keyOf(object));
    const print = change === 'Deleted' ? undefined : printOf(object);
    // One that goes, or whose annotation does, is looked at once more.
    if (print === undefined) return known.delete(key);
    if (known.get(key) === print) return false;
    known.set(key, print);
    return true;
  };
}

const OURS = /(^|\.)stash\.appscode\.com\//;

function printOf({ kind, metadata, spec }: AnyObject): string | undefined {
  const { annotations = {}, uid, deletionTimestamp } = metadata;
  if (annotations[ANNOTATIONS.backupBlueprint] === undefined) return undefined;
  const ours = Object.entries(annotations).filter(([name]) => OURS.test(name));
  return JSON.stringify([uid, deletionTimestamp, ours.sort(), kind === 'AppBinding' ? spec : null]);
}
