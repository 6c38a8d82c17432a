import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';

/**
 * The node of a field that is named as in problems (`spec.execOps[1].schedule`, `metadata.labels["a/b"]`): its key, where it has one. Of a
 * field that is not written there, the nearest around it.
 */
export function nodeAt(root: Node, path: string): Node {
  let found = root;
  let value: unknown = root;
  for (const part of partsOf(path)) {
    if (isMap(value)) {
      const pair = value.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) return found;
      if (isNode(pair.key)) found = pair.key;
      value = pair.value;
    } else if (isSeq(value)) {
      value = value.items[Number(part)];
      if (!isNode(value)) return found;
      found = value;
    } else return found;
  }
  return found;
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\[(?:(?<index>\d+)|(?<quoted>"(?:[^"\\]|\\.)*"))\]|(?<name>[^.[\]]+)/g)].map(
    ({ groups }) => groups?.index ?? groups?.name ?? (JSON.parse(groups?.quoted ?? '""') as string),
  );
}
