import type { EndedProcess, EngineProcess, RepositoryRef } from './order.ts';
import { endedId, type PollRequest } from './protocol.ts';

/** Engine processes that ended without taking their locks away, from the first word of it until locks and agents' notes are gone. */
interface EndedProcesses {
  take(request: PollRequest): void;
  /** Those of an agent that is gone for good; nobody is left to confirm it. */
  add(processes: readonly EngineProcess[], time: string): void;
  of(repository: RepositoryRef): EndedProcess[];
  /** Their locks are gone. Answers with the agents that are to hear of it. */
  cleared(processes: readonly EndedProcess[]): string[];
  /** Ids of processes the agent can strike off. */
  clearedFor(request: PollRequest): string[];
}

export function endedProcesses(news: (repository: RepositoryRef) => void): EndedProcesses {
  /** Without an agent: the word of the platform. */
  const ended = new Map<string, { agent: string | undefined; process: EndedProcess }>();
  /** Id -> agent, until that agent has struck it off. */
  const cleared = new Map<string, string>();
  const add = (agent: string | undefined, process: EndedProcess) => {
    const id = endedId(process);
    const known = ended.get(id);
    if (known !== undefined) known.agent ??= agent;
    if (known !== undefined || cleared.has(id)) return;
    ended.set(id, { agent, process });
    news(process.repository);
  };
  return {
    take: (request) => {
      const told = new Set(request.ended.map(endedId));
      for (const [id, one] of ended) if (one.agent === request.agent && !told.has(id)) ended.delete(id);
      for (const process of request.ended) add(request.agent, process);
      for (const [id, agent] of cleared) if (agent === request.agent && !told.has(id)) cleared.delete(id);
    },
    add: (processes, time) => {
      for (const { hostname, pid, startTicks, repository } of processes) add(undefined, { hostname, pid, startTicks, repository, time });
    },
    of: ({ namespace, name }) =>
      [...ended.values()]
        .map((one) => one.process)
        .filter(({ repository }) => repository.namespace === namespace && repository.name === name),
    cleared: (processes) =>
      processes.flatMap((process) => {
        const id = endedId(process);
        const agent = ended.get(id)?.agent;
        ended.delete(id);
        if (agent === undefined) return [];
        cleared.set(id, agent);
        return [agent];
      }),
    clearedFor: (request) => request.ended.map(endedId).filter((id) => cleared.has(id)),
  };
}
