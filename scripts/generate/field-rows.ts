import { mapValues, type SchemaNode } from '../../src/api/validation/schema-node.ts';

/** Name of a shared type, if the schema is one. */
export type SharedName = (schema: SchemaNode) => string | undefined;

/** Rows of a table of fields: nested ones follow their parent, `items[]` stands for members of a list, `map{}` for values of a map. */
export function fieldRows(schema: SchemaNode, shared: SharedName, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) ?? false;
    const { inner, suffix } = innermost(field);
    const own = shared(inner) === undefined ? fieldRows(inner, shared, `${path}${suffix}.`) : [];
    return [row(path, field, required, shared), ...own];
  });
}

function row(path: string, field: SchemaNode, required: boolean, shared: SharedName): string {
  const fallback = field.default === undefined ? '' : `\`${field.default}\``;
  return `| \`${path}\`${required ? ' *' : ''} | ${typeText(field, shared)} | ${fallback} | ${descriptionText(field)} |`;
}

function typeText(field: SchemaNode, shared: SharedName): string {
  const name = shared(field);
  if (name !== undefined) return `[${name}](shared-types.md#${name.toLowerCase()})`;
  if (field.items !== undefined) return `list of ${typeText(field.items, shared)}`;
  const values = mapValues(field);
  if (values !== undefined) return `map of ${typeText(values, shared)}`;
  if (field['x-kubernetes-int-or-string']) return field.pattern === undefined ? 'integer or text' : 'quantity';
  if (field.format === 'date-time') return 'time';
  if (field['x-stash-accepts']?.startsWith('a duration')) return 'duration';
  if (field['x-stash-check'] === 'schedule') return 'schedule';
  return field.type === 'string' ? 'text' : (field.type ?? 'any');
}

function descriptionText(field: SchemaNode): string {
  const { inner } = innermost(field);
  const values = inner.enum && `One of ${inner.enum.map((value) => `\`${value === '' ? '""' : value}\``).join(', ')}.`;
  const limits = [limit('at least', field.minimum ?? field.minItems), limit('at most', field.maximum ?? field.maxItems)].filter(
    (text) => text !== '',
  );
  const rules = (field['x-kubernetes-validations'] ?? []).map(({ message }) => `Rule: ${message}.`);
  const parts = [field.description, values, limits.length > 0 ? `(${limits.join(', ')})` : undefined, ...rules];
  return parts
    .filter((part) => part !== undefined)
    .join(' ')
    .replaceAll('|', '\\|');
}

function limit(word: string, value: number | undefined): string {
  return value === undefined ? '' : `${word} ${value}`;
}

function innermost(field: SchemaNode): { inner: SchemaNode; suffix: string } {
  const values = mapValues(field);
  if (field.items !== undefined) return { inner: innermost(field.items).inner, suffix: `[]${innermost(field.items).suffix}` };
  if (values !== undefined) return { inner: values, suffix: '{}' };
  return { inner: field, suffix: '' };
}
