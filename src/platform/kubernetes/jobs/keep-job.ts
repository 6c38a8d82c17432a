import type { V1Job } from '@kubernetes/client-node';
import { isCode } from '../../../errors/error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';

/** How long a Job that has ended, and is removed, may take to be gone. */
const REMOVAL_MS = 250;

/** Whether its pod is never followed by another, nor the Job by one of the same name: who orders it decides whether it is done again. */
export function runsOnce({ spec }: V1Job): boolean {
  return spec?.backoffLimit === 0;
}

/**
 * Makes sure that the Job is there and has not ended: one that has is removed and made anew, unless it runs once; then it is given back.
 * Rejects with what the API server refuses (Invalid, Forbidden), or when it does not answer.
 */
export async function keepJob(
  connection: Connection,
  job: V1Job,
  { clock, signal }: { clock: Pick<Clock, 'sleep'>; signal: AbortSignal },
): Promise<V1Job | undefined> {
  const { namespace = '', name = '' } = job.metadata ?? {};
  const collection = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const path = `${collection}/${name}`;
  const text = `Job ${namespace}/${name}`;
  while (!signal.aborted) {
    const found = await read(connection, path, text, signal);
    if (found === undefined) {
      try {
        await connection.send({ what: `create ${text}`, method: 'POST', path: collection, body: job, signal });
        return undefined;
      } catch (error) {
        if (!isCode(error, 'AlreadyExists')) throw error;
        continue;
      }
    }
    if (!hasEnded(found) && found.metadata?.deletionTimestamp === undefined) return undefined;
    if (runsOnce(job)) return found;
    if (found.metadata?.deletionTimestamp === undefined) await remove(connection, path, text, found.metadata?.uid, signal);
    await clock.sleep(REMOVAL_MS, signal);
  }
  return undefined;
}

/**
 * Ends a Job that runs once, when its order has failed: what has not begun must not begin later, nor beside a Job of another order. On a node
 * that is cut off its pod may go on until the node hears of it.
 */
export async function endJob(connection: Connection, job: V1Job, signal: AbortSignal): Promise<void> {
  const { namespace = '', name = '' } = job.metadata ?? {};
  await remove(connection, `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`, `Job ${namespace}/${name}`, undefined, signal);
}

function hasEnded({ status }: V1Job): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True');
}

async function read(connection: Connection, path: string, text: string, signal: AbortSignal): Promise<V1Job | undefined> {
  return (await unlessGone(connection.send<V1Job>({ what: `read ${text}`, method: 'GET', path, signal })))?.body;
}

async function remove(connection: Connection, path: string, text: string, uid: string | undefined, signal: AbortSignal): Promise<void> {
  const body = { propagationPolicy: 'Background', ...(uid === undefined ? {} : { preconditions: { uid } }) };
  try {
    await connection.send({ what: `remove ${text}`, method: 'DELETE', path, body, signal });
  } catch (error) {
    // Somebody else removed it, or made it anew: looked at again.
    if (!isCode(error, 'NotFound', 'Conflict')) throw error;
  }
}
