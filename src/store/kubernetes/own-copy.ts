/** A copy of what came as JSON. Several times faster than structuredClone, which matters for lists of thousands. */
export function ownCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ownCopy) as T;
  const copy: Record<string, unknown> = {};
  for (const name in value) {
    const field = value[name];
    // Any text may be a key of a ConfigMap; assigned, this one would not become a field.
    if (name === '__proto__')
      Object.defineProperty(copy, name, { value: ownCopy(field), enumerable: true, writable: true, configurable: true });
    else copy[name] = typeof field === 'object' && field !== null ? ownCopy(field) : field;
  }
  return copy as T;
}
