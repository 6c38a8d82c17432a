/** First value at a simple JSON path (`.a.b`, `.a.with\.dots/b`, `[0]`, `[?(@.type=="Ready")]`), undefined where there is none. */
export function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const [, field, index, filterField, filterValue] of path.matchAll(STEP)) {
    if (field !== undefined) value = property(value, field.replaceAll('\\.', '.'));
    else if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else value = Array.isArray(value) ? value.find((item) => property(item, filterField ?? '') === filterValue) : undefined;
  }
  return value;
}

const STEP = /\.((?:[\w/-]|\\\.)+)|\[(\d+)\]|\[\?\(@\.([\w-]+)=="([^"]*)"\)\]/g;

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
