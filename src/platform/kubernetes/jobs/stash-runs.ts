import type { V1Job } from '@kubernetes/client-node';
import { formatAgentKey } from '../agent-key.ts';
import type { ClusterSettings } from '../settings.ts';
import { type StashWork, stashJob, stashJobKey } from './stash-job.ts';

interface Run {
  job: V1Job;
  redact: (text: string) => string;
  /** Milliseconds since 1970. */
  deadline: number;
}

/** A session that is over says so within this time. */
const AFTER_MS = 3_600_000;

/** The Jobs of Tasks that were written for Stash, one an order; those whose sessions are long over are forgotten. */
export function stashRuns() {
  const runs = new Map<string, Run>();
  return {
    /** The key of the agent that tells of the run. */
    add: (settings: ClusterSettings, work: StashWork): string => {
      const now = work.now.getTime();
      for (const [agent, { deadline }] of runs) if (deadline + AFTER_MS < now) runs.delete(agent);
      const agent = formatAgentKey(stashJobKey(work));
      runs.set(agent, { job: stashJob(settings, work), redact: work.stash.redact, deadline: Date.parse(work.stash.deadline) });
      return agent;
    },
    jobOf: (agent: string): V1Job | undefined => runs.get(agent)?.job,
    redact: (agent: string, text: string): string => runs.get(agent)?.redact(text) ?? text,
  };
}
