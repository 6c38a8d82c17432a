import type { V1Job } from '@kubernetes/client-node';

/** Looks at which nothing was expected of an agent before its Job is forgotten: its order may only just be being made. */
const PATIENCE = 12;

interface KnownJob {
  job: V1Job;
  /** Takes out of a text what its pod must not tell. */
  redact?: (text: string) => string;
}

/** The Jobs of agents by their keys, from when an order is made until nothing is expected of them any more. */
interface KnownJobs {
  set(agent: string, known: KnownJob): void;
  get(agent: string): V1Job | undefined;
  /** The text as it is where nothing is to be taken out. */
  redact(agent: string, text: string): string;
  /** To be told at every look of whom anything is expected; what is not among them for a while is forgotten. */
  looked(busy: readonly string[]): void;
}

export function knownJobs(): KnownJobs {
  const jobs = new Map<string, KnownJob & { idle: number }>();
  return {
    set: (agent, known) => void jobs.set(agent, { ...known, idle: 0 }),
    get: (agent) => jobs.get(agent)?.job,
    redact: (agent, text) => jobs.get(agent)?.redact?.(text) ?? text,
    looked: (busy) => {
      for (const [agent, known] of jobs) {
        known.idle = busy.includes(agent) ? 0 : known.idle + 1;
        if (known.idle > PATIENCE) jobs.delete(agent);
      }
    },
  };
}
