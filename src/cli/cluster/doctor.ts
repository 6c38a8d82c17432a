import type { BackupBatch } from '../../api/backup-batch.ts';
import type { BackupConfiguration } from '../../api/backup-configuration.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { type Check, checkTool } from '../doctor/checks.ts';
import { withCluster } from './connect.ts';
import { checkDefinitions } from './definitions.ts';
import { operatorState } from './operator.ts';
import { checkRights } from './rights.ts';

/** Looks at the cluster, with the rights of who asks; changes nothing. Without an API server that is the only check. */
export async function checkCluster(cli: Cli, options: GlobalOptions): Promise<Check[]> {
  return withCluster(cli, options, async ({ connection, store }) => {
    const server = await checkServer(connection);
    if (server.result === 'missing') return [server];
    const namespace = namespaceOf(options);
    const state = await operatorState(cli, connection, options.operatorNamespace);
    const checks = await Promise.all([
      checkDefinitions(connection),
      operatorCheck(state),
      checkAgents(store, namespace),
      checkRights(connection, { namespace, operatorNamespace: state.namespace }),
      checkTool('restic', false, cli.env),
    ]);
    return [server, ...checks.flat()];
  });
}

const FIRST_MINOR = 31;

async function checkServer(connection: Connection): Promise<Check> {
  const about = { name: 'API server', use: 'everything' };
  try {
    const { body } = await connection.send<{ gitVersion: string; major: string; minor: string }>({
      what: 'read the version of the cluster',
      method: 'GET',
      path: '/version',
    });
    const found = `${body.gitVersion} (${connection.server})`;
    const known = Number(body.major) > 1 || Number.parseInt(body.minor, 10) >= FIRST_MINOR;
    return known
      ? { ...about, result: 'ok', found }
      : { ...about, result: 'optional', found, remedy: `Kubernetes 1.${FIRST_MINOR} or newer is tested.` };
  } catch (thrown) {
    const { message, remedy } = asStashError(thrown);
    return { ...about, result: 'missing', found: message, remedy };
  }
}

function operatorCheck({ runs, found }: Awaited<ReturnType<typeof operatorState>>): Check {
  const about = { name: 'operator', found, use: 'schedules, backups and restores' };
  if (runs === true) return { ...about, result: 'ok' };
  if (runs === undefined) return { ...about, result: 'note', remedy: 'Ask who runs the cluster, or for the right to read that Lease.' };
  return {
    ...about,
    result: 'missing',
    remedy: 'Install the chart, look at the pods of the operator, or name its namespace with --operator-namespace.',
  };
}

async function checkAgents(store: Store, namespace: string): Promise<Check> {
  const about = { name: 'agents', use: 'backups by this version of the operator' };
  try {
    const [configurations, batches] = await Promise.all([
      store.list('BackupConfiguration', { namespace }),
      store.list('BackupBatch', { namespace }),
    ]);
    const outdated = [...configurations, ...batches].filter(isOutdated);
    if (outdated.length === 0) return { ...about, result: 'ok', found: `none of namespace ${namespace} is outdated` };
    const names = outdated.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).join(', ');
    return {
      ...about,
      result: 'optional',
      found: `of another version than the operator: ${names}`,
      remedy: 'kubectl stash upgrade-agents KIND/NAME replaces them, which restarts the pods of the workload.',
    };
  } catch (error) {
    if (!isCode(error, 'Forbidden', 'StoreUnavailable')) throw error;
    return { ...about, result: 'note', found: `not known: ${asStashError(error).message}` };
  }
}

function isOutdated({ status }: BackupConfiguration | BackupBatch): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'AgentOutdated' && value === 'True') === true;
}
