import type { AnyObject } from '../../api/object.ts';
import { asStashError, isCode } from '../../errors/error.ts';
import type { Cli } from '../cli.ts';
import { type AgentContainer, agentContainers } from './agent-pods.ts';
import type { ClusterOptions, OpenCluster } from './connect.ts';
import { type LogLine, logLines } from './log-lines.ts';
import { operatorNamespace } from './operator.ts';

/** Where the lines about an object can be. */
export interface LogPlace {
  cluster: OpenCluster;
  object: AnyObject;
  purpose: string;
  /** The object's, and that of the Jobs that work on repositories. */
  namespaces: string[];
  host: string | undefined;
}

export async function logPlace(
  cli: Cli,
  cluster: OpenCluster,
  object: AnyObject,
  options: ClusterOptions & { host?: string },
): Promise<LogPlace> {
  const { namespace = '', name } = object.metadata;
  const system = await operatorNamespace(cluster.connection, options.operatorNamespace);
  const namespaces = await readable(cli, cluster, [...new Set([namespace, system])], namespace);
  return { cluster, object, purpose: `${object.kind}/${namespace}/${name}`, namespaces, host: options.host };
}

/** The operator's namespace is not for everybody to look into; what is there then is left out, and said to be. */
async function readable(cli: Cli, { connection }: OpenCluster, namespaces: readonly string[], needed: string): Promise<string[]> {
  const found: string[] = [];
  for (const namespace of namespaces) {
    try {
      await agentContainers(connection, namespace);
      found.push(namespace);
    } catch (error) {
      if (namespace === needed || !isCode(error, 'Forbidden')) throw error;
      cli.err.write(`note: what Jobs wrote about the repository is left out: ${asStashError(error).message}\n`);
    }
  }
  return found;
}

export async function agentsOf({ cluster, namespaces, host }: LogPlace): Promise<AgentContainer[]> {
  const lists = await Promise.all(namespaces.map((namespace) => agentContainers(cluster.connection, namespace)));
  return lists.flat().filter(({ hosts }) => host === undefined || hosts.includes(host));
}

/** Everything that is still there about the object, in the order of time; with the pod in front where there are several. */
export async function readClusterLogs(cli: Cli, place: LogPlace): Promise<string[]> {
  const agents = await agentsOf(place);
  const read = await Promise.all(agents.map(async (agent) => ({ agent, lines: await linesOf(cli, place, agent) })));
  const wrote = read.filter(({ lines }) => lines.length > 0);
  tellOfGone(
    cli,
    place,
    wrote.map(({ agent }) => agent),
  );
  const all = wrote.flatMap(({ agent, lines }) =>
    lines.map(({ time, text }) => ({ time, text: `${wrote.length > 1 ? prefixOf(agent) : ''}${text}` })),
  );
  // Stable: lines of one container never change their order.
  return all.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time))).map(({ text }) => text);
}

async function linesOf(cli: Cli, { cluster, purpose, object }: LogPlace, agent: AgentContainer): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const previous of agent.restarted ? [true, false] : [false]) {
    // A repository is worked on for years, a session from its beginning.
    const since = object.kind === 'Repository' ? undefined : object.metadata.creationTimestamp;
    for await (const line of logLines(cluster.connection, agent, { purpose, previous, since, signal: cli.signal })) lines.push(line);
  }
  return lines;
}

export function prefixOf({ pod, container }: AgentContainer): string {
  return container === 'stash' ? `[${pod}] ` : `[${pod}/${container}] `;
}

/** Says which hosts of the session have run in pods that are gone: a log lives as long as its pod. */
function tellOfGone(cli: Cli, { object, host }: LogPlace, wrote: readonly AgentContainer[]): void {
  const gone = hostsIn(object)
    .filter((name) => host === undefined || name === host)
    .filter((name) => !wrote.some(({ hosts }) => hosts.includes(name)));
  for (const name of gone) cli.err.write(`note: nothing is left of ${name}: its pod is gone, and its log with it\n`);
}

/** Hosts that have had something to do, as the status tells. */
export function hostsIn(session: AnyObject): string[] {
  const { targets = [], stats = [] } = (session.status ?? {}) as { targets?: { stats?: Host[] }[]; stats?: Host[] };
  const hosts = [...stats, ...targets.flatMap((target) => target.stats ?? [])];
  return [...new Set(hosts.flatMap(({ hostname, phase }) => (hostname !== undefined && STARTED.has(phase ?? '') ? [hostname] : [])))];
}

interface Host {
  hostname?: string;
  phase?: string;
}

const STARTED = new Set(['Running', 'Succeeded', 'Failed']);
