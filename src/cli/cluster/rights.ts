import { GROUP } from '../../api/names.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import type { Check } from '../doctor/checks.ts';

interface Places {
  /** Where the user works. */
  namespace: string;
  operatorNamespace: string;
}

interface Right {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace: string;
}

/** What people do with the command, and what of the cluster they have to be allowed for it. */
function uses({ namespace, operatorNamespace }: Places): { use: string; rights: Right[] }[] {
  const ours = (verbs: string[], resources: string[]) =>
    verbs.flatMap((verb) => resources.map((resource) => ({ verb, group: GROUP, resource, namespace })));
  const core = (verb: string, resource: string, subresource?: string, where = namespace) => ({
    verb,
    group: '',
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    namespace: where,
  });
  const sessions = ['backupsessions', 'restoresessions'];
  return [
    { use: 'get and describe', rights: ours(['get', 'list', 'watch'], ['backupconfigurations', 'repositories', ...sessions]) },
    { use: 'apply and pause', rights: ours(['create', 'patch', 'update'], ['backupconfigurations', 'repositories']) },
    { use: 'backup and restore', rights: ours(['create'], sessions) },
    { use: 'check, prune, unlock and adopt', rights: ours(['update'], ['repositories']) },
    { use: 'delete', rights: ours(['delete'], ['backupconfigurations', 'repositories', ...sessions]) },
    { use: 'logs', rights: [core('list', 'pods'), core('get', 'pods', 'log')] },
    {
      use: 'logs of repositories',
      rights: [core('list', 'pods', undefined, operatorNamespace), core('get', 'pods', 'log', operatorNamespace)],
    },
    { use: 'snapshots', rights: [core('get', 'secrets')] },
    { use: 'upgrade-agents', rights: [{ verb: 'patch', group: 'apps', resource: 'deployments', namespace }] },
  ];
}

/** Asks the server what the account may do; nothing is tried. */
export async function checkRights(connection: Connection, places: Places): Promise<Check[]> {
  return Promise.all(
    uses(places).map(async ({ use, rights }) => {
      const answers = await Promise.all(rights.map((right) => isAllowed(connection, right)));
      const missing = rights.filter((_, index) => !answers[index]);
      const name = `rights: ${use}`;
      const where = rights[0]?.namespace ?? '';
      if (missing.length === 0) return { name, result: 'ok', found: `in namespace ${where}`, use };
      const found = `not allowed in namespace ${where}: ${missing.map(textOf).join(', ')}`;
      return { name, result: 'optional', found, use, remedy: 'Ask who runs the cluster for a Role with them, if you need it.' };
    }),
  );
}

async function isAllowed(connection: Connection, { verb, group, resource, subresource, namespace }: Right): Promise<boolean> {
  const { body } = await connection.send<{ status?: { allowed?: boolean } }>({
    what: 'ask what this account may do',
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, namespace, ...(subresource === undefined ? {} : { subresource }) } },
    },
  });
  return body.status?.allowed === true;
}

function textOf({ verb, resource, subresource }: Right): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}
