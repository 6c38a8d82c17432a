import { KIND_NAMES, KINDS, type KindInfo } from '../../src/api/kinds.ts';
import type { SchemaNode } from '../../src/api/validation/schema-node.ts';
import { fieldRows, type SharedName } from './field-rows.ts';
import { SHARED_TYPES } from './shared-types.ts';

/** Pages of docs/reference: file name and content. */
export function referenceFiles(): [string, string][] {
  const kinds = KIND_NAMES.map((name) => KINDS[name]).filter((info) => info.schema !== undefined);
  return [
    ['docs/reference/README.md', indexPage(kinds)],
    ...kinds.map((info): [string, string] => [`docs/reference/${info.singular}.md`, kindPage(info)]),
    ['docs/reference/shared-types.md', sharedPage()],
  ];
}

const NOTE = '<!-- Made by "npm run generate" from src/api. Do not edit. -->';

function indexPage(kinds: readonly KindInfo[]): string {
  return lines(
    '# API reference',
    NOTE,
    '',
    'Fields marked * must be given. A duration is written like `90s`, `15m` or `1h30m`; a time like `2026-11-22T10:15:00Z`;',
    'a quantity like `500m` or `2Gi`; a schedule as five-field cron, a macro such as `@daily`, `*/15` (minutes) or `0 */2` (minute and hour).',
    '',
    '| Kind | apiVersion | Short names | Scope | |',
    '|---|---|---|---|---|',
    ...kinds.map(
      ({ kind, singular, apiVersion, shortNames, namespaced, schema }) =>
        `| [${kind}](${singular}.md) | \`${apiVersion}\` | ${shortNames.join(', ')} | ${namespaced ? 'namespace' : 'cluster'} | ${specOf(schema).description} |`,
    ),
    '',
    'Types that stand in several kinds: [shared types](shared-types.md). Error codes: [errors](errors.md).',
  );
}

function kindPage({ kind, apiVersion, shortNames, namespaced, plural, schema }: KindInfo): string {
  const spec = specOf(schema);
  const status = schema?.status as SchemaNode | undefined;
  return lines(
    `# ${kind}`,
    NOTE,
    '',
    spec.description ?? '',
    '',
    `\`${apiVersion}\`, ${namespaced ? 'in a namespace' : 'for the whole cluster'}; names: ${[plural, ...shortNames].map((name) => `\`${name}\``).join(', ')}.`,
    ...rulesOf(spec),
    '',
    '## spec',
    '',
    ...table(spec, sharedName),
    ...(status ? ['', '## status', '', status.description ?? '', '', ...table(status, sharedName)] : []),
  );
}

function sharedPage(): string {
  const sections = Object.entries(SHARED_TYPES).flatMap(([name, schema]) => [
    '',
    `## ${name}`,
    '',
    schema.description ?? '',
    ...rulesOf(schema),
    '',
    ...table(schema, (field) => (field.properties === schema.properties ? undefined : sharedName(field))),
  ]);
  return lines('# Shared types', NOTE, ...sections);
}

function specOf(schema: KindInfo['schema']): SchemaNode {
  return (schema?.spec ?? {}) as SchemaNode;
}

function table(schema: SchemaNode, shared: SharedName): string[] {
  return ['| Field | Type | Default | |', '|---|---|---|---|', ...fieldRows(schema, shared)];
}

function rulesOf(schema: SchemaNode): string[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return rules.length === 0 ? [] : ['', 'Rules:', ...rules.map(({ message }) => `- ${message}`)];
}

/** By its properties: a description that fits the place makes a copy of the rest. */
function sharedName(schema: SchemaNode): string | undefined {
  if (schema.properties === undefined) return undefined;
  return Object.entries(SHARED_TYPES).find(([, type]) => type.properties === schema.properties)?.[0];
}

function lines(...text: string[]): string {
  return `${text.join('\n')}\n`;
}
