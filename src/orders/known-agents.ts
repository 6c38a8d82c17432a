import { StashError } from '../errors/error.ts';
import { admit, type Fence, OPEN, shut } from './fence.ts';
import type { EngineProcess } from './order.ts';
import type { PollRequest } from './protocol.ts';

/** What an agent with one journal last said of itself. */
interface AgentLife {
  journal: string | undefined;
  pod: string | undefined;
  processes: readonly EngineProcess[];
}

/** Who polls, and what they were before. Milliseconds of `monotonic` tell how long an agent has been silent. */
interface KnownAgents {
  /** AgentReplaced when another run of the agent has polled since. */
  admit(request: PollRequest): void;
  /** AgentReplaced when that has happened since it was admitted. */
  check(request: PollRequest): void;
  silence(agent: string): number | undefined;
  forget(agent: string): void;
  /** Ends what the agent was, or what it was in that pod; answers with those lives, and whether another one goes on. */
  end(agent: string, pod: string | undefined): { ended: AgentLife[]; goesOn: boolean };
}

interface Known {
  fence: Fence;
  heard: number | undefined;
  /** Of each journal, newest last. */
  lives: AgentLife[];
}

export function knownAgents(monotonic: () => number, busy: (agent: string) => boolean): KnownAgents {
  const agents = new Map<string, Known>();
  let sweepAt = MOST_UNSWEPT;
  const sweep = () => {
    if (agents.size < sweepAt) return;
    for (const [agent, { heard, lives }] of agents) {
      const silent = heard === undefined || monotonic() - heard > LONG_SILENT_MS;
      if (silent && !busy(agent) && lives.every(({ processes }) => processes.length === 0)) agents.delete(agent);
    }
    sweepAt = Math.max(MOST_UNSWEPT, 2 * agents.size);
  };
  return {
    admit: (request) => {
      const known = agents.get(request.agent) ?? { fence: OPEN, heard: undefined, lives: [] };
      const fence = admit(known.fence, request.instance);
      if (fence === undefined) throw replaced(request);
      if (!agents.has(request.agent)) sweep();
      const life = { journal: request.journal, pod: request.pod, processes: request.processes ?? [] };
      const others = known.lives.filter(({ journal, processes }) => journal !== life.journal && processes.length > 0);
      agents.set(request.agent, { fence, heard: monotonic(), lives: [...others, life].slice(-MOST_LIVES) });
    },
    check: (request) => {
      if (agents.get(request.agent)?.fence.current !== request.instance) throw replaced(request);
    },
    silence: (agent) => {
      const heard = agents.get(agent)?.heard;
      return heard === undefined ? undefined : monotonic() - heard;
    },
    forget: (agent) => {
      const known = agents.get(agent);
      if (known !== undefined) known.heard = undefined;
    },
    end: (agent, pod) => {
      const known = agents.get(agent);
      if (known === undefined) return { ended: [], goesOn: false };
      const ended = known.lives.filter((life) => pod === undefined || life.pod === pod);
      const current = known.lives.at(-1);
      known.lives = known.lives.filter((life) => !ended.includes(life));
      const goesOn = current !== undefined && !ended.includes(current);
      if (!goesOn) Object.assign(known, { fence: shut(known.fence), heard: undefined });
      return { ended, goesOn };
    },
  };
}

function replaced({ agent, instance }: PollRequest): StashError {
  return new StashError('AgentReplaced', `another run of the agent ${agent} has taken the place of this one (${instance})`);
}

const MOST_UNSWEPT = 1_000;
const LONG_SILENT_MS = 3_600_000;
const MOST_LIVES = 16;
