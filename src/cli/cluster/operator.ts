import type { V1Deployment, V1Lease } from '@kubernetes/client-node';
import { isCode } from '../../errors/error.ts';
import { type ClusterSettings, OPERATOR_NAME } from '../../platform/kubernetes/settings.ts';
import type { Connection } from '../../store/kubernetes/connection.ts';
import type { Cli } from '../cli.ts';

const DEFAULT_NAMESPACE = 'stash-system';
/** Label of the operator's Deployment. */
const SELECTOR = 'app.kubernetes.io/component=stash-operator';

/** The namespace the operator is in: the one given, else where its Deployment is found, else where the chart's documentation puts it. */
export async function operatorNamespace(connection: Connection, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  return (await findDeployment(connection))?.metadata?.namespace ?? DEFAULT_NAMESPACE;
}

/** What the operator's Deployment tells it; undefined when there is none, or when it may not be read. */
export async function operatorSettings(connection: Connection, given: string | undefined): Promise<ClusterSettings | undefined> {
  const deployment = given === undefined ? await findDeployment(connection) : await readDeployment(connection, given);
  const env = (deployment?.spec?.template.spec?.containers ?? []).flatMap((container) => container.env ?? []);
  const text = env.find(({ name }) => name === 'STASH_SETTINGS')?.value;
  return text === undefined ? undefined : (JSON.parse(text) as ClusterSettings);
}

async function findDeployment(connection: Connection): Promise<V1Deployment | undefined> {
  const everywhere = {
    what: 'look for the operator',
    method: 'GET',
    path: '/apis/apps/v1/deployments',
    query: { labelSelector: SELECTOR },
  } as const;
  try {
    const { items } = (await connection.send<{ items: V1Deployment[] }>(everywhere)).body;
    if (items[0] !== undefined) return items[0];
  } catch (error) {
    if (!isCode(error, 'Forbidden')) throw error;
  }
  return readDeployment(connection, DEFAULT_NAMESPACE);
}

async function readDeployment(connection: Connection, namespace: string): Promise<V1Deployment | undefined> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${OPERATOR_NAME}`;
  return (await readable(connection.send<V1Deployment>({ what: `read Deployment ${namespace}/${OPERATOR_NAME}`, method: 'GET', path })))
    ?.body;
}

export interface OperatorState {
  /** Undefined: the account may not look. */
  runs: boolean | undefined;
  namespace: string;
  /** Pod that leads. */
  holder?: string;
  /** How it was found, for people. */
  found: string;
}

/** Whether an operator leads in the cluster, as its Lease says. */
export async function operatorState(
  cli: Pick<Cli, 'clock' | 'signal'>,
  connection: Connection,
  given: string | undefined,
): Promise<OperatorState> {
  const namespace = await operatorNamespace(connection, given);
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${OPERATOR_NAME}`;
  const read = () => connection.send<V1Lease>({ what: `read Lease ${namespace}/${OPERATOR_NAME}`, method: 'GET', path });
  let lease: V1Lease | undefined;
  try {
    lease = (await readable(read(), 'Forbidden'))?.body;
  } catch (error) {
    if (!isCode(error, 'Forbidden')) throw error;
    return { runs: undefined, namespace, found: `the Lease ${namespace}/${OPERATOR_NAME} may not be read` };
  }
  const holder = lease?.spec?.holderIdentity;
  if (lease === undefined) return { runs: false, namespace, found: `there is no Lease ${namespace}/${OPERATOR_NAME}` };
  if (!holder) return { runs: false, namespace, found: `nobody holds the Lease ${namespace}/${OPERATOR_NAME}` };
  const age = cli.clock.now().getTime() - Date.parse(String(lease.spec?.renewTime ?? ''));
  const leads = { runs: true, namespace, holder, found: `${holder} leads in namespace ${namespace}` };
  if (age >= 0 && age < FRESH_MS) return leads;
  // The clocks of this machine and of the cluster may differ; a Lease that is renewed is held.
  await cli.clock.sleep(RENEWED_WITHIN_MS, cli.signal);
  const later = (await readable(read()))?.body;
  if (later !== undefined && later.metadata?.resourceVersion !== lease.metadata?.resourceVersion) return leads;
  return { runs: false, namespace, holder, found: `${holder} held the Lease ${namespace}/${OPERATOR_NAME} and does not renew it` };
}

const FRESH_MS = 30_000;
const RENEWED_WITHIN_MS = 7_000;

/** Undefined when it is not there or, unless that makes a difference, may not be read. */
async function readable<T>(answer: Promise<T>, but?: 'Forbidden'): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCode(error, 'NotFound') || (but === undefined && isCode(error, 'Forbidden'))) return undefined;
    throw error;
  }
}
