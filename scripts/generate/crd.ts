import { stringify } from 'yaml';
import { KIND_NAMES, KINDS, type KindInfo } from '../../src/api/kinds.ts';
import { printColumnsOf } from '../../src/api/print-columns.ts';
import type { SchemaNode } from '../../src/api/validation/schema-node.ts';
import { structural } from './structural.ts';

/** One CustomResourceDefinition for each kind that has a schema of ours: file name and content. */
export function crdFiles(): [string, string][] {
  return KIND_NAMES.map((name) => KINDS[name])
    .filter((info) => info.schema !== undefined)
    .map((info) => {
      const [group] = info.apiVersion.split('/');
      return [
        `crds/${group}_${info.plural}.yaml`,
        stringify(crd(info), { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
      ];
    });
}

function crd(info: KindInfo): object {
  const [group, version] = info.apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${info.plural}.${group}`, labels: { 'app.kubernetes.io/name': 'stash' } },
    spec: {
      group,
      names: {
        kind: info.kind,
        listKind: `${info.kind}List`,
        plural: info.plural,
        singular: info.singular,
        ...(info.shortNames.length > 0 && { shortNames: info.shortNames }),
        categories: info.categories,
      },
      scope: info.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(info.hasStatus && { subresources: { status: {} } }),
          additionalPrinterColumns: printColumnsOf(info.kind),
          schema: { openAPIV3Schema: rootSchema(info) },
        },
      ],
    },
  };
}

function rootSchema({ kind, schema }: KindInfo): object {
  const spec = schema?.spec as SchemaNode | undefined;
  const status = schema?.status as SchemaNode | undefined;
  return {
    type: 'object',
    description: `${kind}: ${spec?.description ?? ''}`,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structural(spec ?? {}),
      ...(status && { status: structural(status) }),
    },
  };
}
