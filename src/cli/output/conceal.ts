import type { AnyObject } from '../../api/object.ts';

/**
 * The object as it may be shown: a Secret keeps its keys, its values become their length. There is no way to print them:
 * whoever may see a secret can read it where it came from.
 */
export function conceal<T extends AnyObject>(object: T): T {
  if (object.kind !== 'Secret') return object;
  const secret = structuredClone(object) as T & { data?: Record<string, string>; stringData?: Record<string, string> };
  if (secret.data !== undefined) secret.data = mapValues(secret.data, (value) => sizeText(Buffer.from(value, 'base64').length));
  if (secret.stringData !== undefined) secret.stringData = mapValues(secret.stringData, (value) => sizeText(Buffer.byteLength(value)));
  // kubectl keeps the whole manifest, values included, in this annotation.
  delete secret.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  return secret;
}

function mapValues(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(String(value))]));
}

function sizeText(bytes: number): string {
  return `<${bytes} bytes>`;
}
