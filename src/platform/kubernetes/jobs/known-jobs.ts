import type { V1Job } from '@kubernetes/client-node';

/** Looks at which nothing was expected of an agent before its Job is forgotten: its order may only just be being made. */
const PATIENCE = 12;

/** The Jobs of agents by their keys, from when an order is made until nothing is expected of them any more. */
interface KnownJobs {
  set(agent: string, job: V1Job): void;
  get(agent: string): V1Job | undefined;
  /** To be told at every look of whom anything is expected; what is not among them for a while is forgotten. */
  looked(busy: readonly string[]): void;
}

export function knownJobs(): KnownJobs {
  const jobs = new Map<string, { job: V1Job; idle: number }>();
  return {
    set: (agent, job) => void jobs.set(agent, { job, idle: 0 }),
    get: (agent) => jobs.get(agent)?.job,
    looked: (busy) => {
      for (const [agent, known] of jobs) {
        known.idle = busy.includes(agent) ? 0 : known.idle + 1;
        if (known.idle > PATIENCE) jobs.delete(agent);
      }
    },
  };
}
