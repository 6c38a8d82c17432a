import { isCode } from '../../errors/error.ts';
import type { Cli } from '../cli.ts';
import type { AgentContainer } from './agent-pods.ts';
import { logLines } from './log-lines.ts';
import { agentsOf, type LogPlace, prefixOf } from './logs.ts';

/** Prints what agents have written about the object and go on writing, until `finished` says so or Ctrl-C. */
export async function followClusterLogs(cli: Cli, place: LogPlace, finished: () => Promise<boolean>): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([cli.signal, stop.signal]);
  const followed = new Map<string, Promise<void>>();
  const progress: { lastLine: number; refused?: unknown } = { lastLine: cli.clock.monotonic() };
  const begin = (agent: AgentContainer) => {
    const name = `${agent.namespace}/${agent.pod}/${agent.container}`;
    if (followed.has(name)) return;
    const print = (text: string) => {
      progress.lastLine = cli.clock.monotonic();
      cli.out.write(`${prefixOf(agent)}${text}\n`);
    };
    // What failed in the middle is taken up again at the next look; what is not allowed stays so.
    const forget = (error: unknown) => {
      followed.delete(name);
      if (isCode(error, 'Forbidden')) progress.refused = error;
    };
    followed.set(name, followOne(cli, place, agent, print, signal).catch(forget));
  };
  try {
    for (;;) {
      // Asked before the last look: what was written before the end is not lost.
      const last = cli.signal.aborted || (await finished());
      if (!cli.signal.aborted) for (const agent of await agentsOf(place)) begin(agent);
      if (progress.refused !== undefined) throw progress.refused;
      if (last) break;
      await cli.clock.sleep(LOOK_MS, cli.signal);
    }
    // A line takes a moment from the container to here.
    const end = cli.clock.monotonic();
    progress.lastLine = end;
    while (!cli.signal.aborted && cli.clock.monotonic() - progress.lastLine < QUIET_MS && cli.clock.monotonic() - end < LONGEST_MS)
      await cli.clock.sleep(QUIET_MS / 4, cli.signal);
  } finally {
    stop.abort();
    await Promise.all(followed.values());
  }
}

const LOOK_MS = 1_000;
const QUIET_MS = 1_200;
const LONGEST_MS = 10_000;

/** Until the container writes no more. A stream that is cut is taken up again where it was. */
async function followOne(
  cli: Cli,
  { cluster, purpose, object }: LogPlace,
  agent: AgentContainer,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let since = object.kind === 'Repository' ? cli.clock.now().toISOString() : object.metadata.creationTimestamp;
  /** Lines of the last moment seen, which come again. */
  let seen = new Set<string>();
  let last = '';
  const take = async (previous: boolean, follow: boolean) => {
    for await (const { time, text } of logLines(cluster.connection, agent, { purpose, since, previous, follow, signal })) {
      if (time < last || seen.has(text)) continue;
      if (time > last) seen = new Set();
      seen.add(text);
      last = time;
      print(text);
    }
    // The server counts in seconds.
    if (last !== '') since = last;
  };
  if (agent.restarted) await take(true, false);
  do {
    await take(false, true);
    if (!agent.ended) await cli.clock.sleep(LOOK_MS, signal);
  } while (!agent.ended && !signal.aborted && (await exists(cluster.connection, agent)));
}

async function exists(connection: LogPlace['cluster']['connection'], { namespace, pod }: AgentContainer): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}`;
  return connection.send({ what: `read Pod ${namespace}/${pod}`, method: 'GET', path }).then(
    () => true,
    () => false,
  );
}
