/**
 * The value with each text in it replaced, wherever it is in arrays and objects; `path` names it in messages. Keys and the shape of the tree
 * stay: nothing that comes in with a text can change what is around it.
 */
export function mapTexts<T>(value: T, replace: (text: string, path: string) => string, path = ''): T {
  if (typeof value === 'string') return replace(value, path) as T;
  if (Array.isArray(value)) return value.map((one, index) => mapTexts(one, replace, `${path}[${index}]`)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, replace, `${path}.${key}`)])) as T;
}
