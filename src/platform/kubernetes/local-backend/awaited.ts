import type { V1Deployment } from '@kubernetes/client-node';
import { keyOf, keyText, type ObjectKey } from '../../../api/object.ts';
import type { Repository } from '../../../api/repository.ts';
import type { ServedStorage } from '../../../controllers/platform-port.ts';
import { asStashError, StashError } from '../../../errors/error.ts';
import { orderError } from '../../../orders/order-error.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { isServing, whyNot } from './readiness.ts';
import { deploymentOf, podsOf } from './requests.ts';

export interface AwaitOptions {
  connection: Pick<Connection, 'send'>;
  /** Has the Repository looked at: its server serves, or there is something new to say of it. */
  wake: (repository: ObjectKey) => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** The servers that do not serve. Nothing is asked of the API server for those that do. */
interface AwaitedServers {
  /** Why it does not; undefined while it does. */
  look(repository: Repository, deployment: V1Deployment): Promise<ServedStorage['unserved']>;
  /** It is another from now on: nothing of what was waited for counts. */
  begin(repository: Repository): void;
  /** Whether it has not served for long enough to put back what somebody may have changed of it; then not again for as long. */
  isToBePutBack(repository: Repository): boolean;
  /** Resolves after the signal. */
  watch(): Promise<void>;
}

interface Awaited {
  repository: Repository;
  since: number;
  putBackAt: number;
  lookedAt: number;
  why: { text: string; final: boolean };
}

const LOOK_MS = 2_000;
/** Of those in trouble, which somebody has to mend. */
const TROUBLED_LOOK_MS = 15_000;
const PUT_BACK_MS = 60_000;

export function awaitedServers({ connection, wake, clock, log, signal }: AwaitOptions): AwaitedServers {
  const awaited = new Map<string, Awaited>();

  const look: AwaitedServers['look'] = async (repository, deployment) => {
    const uid = repository.metadata.uid ?? '';
    if (isServing(deployment)) {
      awaited.delete(uid);
      return undefined;
    }
    const pods = await podsOf(connection, repository);
    const now = clock.monotonic();
    const { since, putBackAt } = awaited.get(uid) ?? { since: now, putBackAt: now };
    const why = whyNot({ deployment, pods, forMs: now - since });
    awaited.set(uid, { repository, since, putBackAt, lookedAt: now, why });
    return why.final ? { error: orderError(new StashError('StorageNotServed', why.text)) } : { waiting: why.text };
  };

  const lookAgain = async (uid: string, { repository, why }: Awaited): Promise<void> => {
    const deployment = await deploymentOf(connection, repository);
    if (deployment === undefined) awaited.delete(uid);
    else await look(repository, deployment);
    const now = awaited.get(uid)?.why;
    if (now?.text !== why.text || now.final !== why.final) wake(keyOf(repository));
  };

  return {
    look,
    begin: ({ metadata }) => void awaited.delete(metadata.uid ?? ''),
    isToBePutBack: ({ metadata: { uid = '' } }) => {
      const one = awaited.get(uid);
      if (one === undefined || clock.monotonic() - one.putBackAt < PUT_BACK_MS) return false;
      one.putBackAt = clock.monotonic();
      return true;
    },
    watch: async () => {
      while (!signal.aborted) {
        await clock.sleep(LOOK_MS, signal);
        for (const [uid, one] of awaited) {
          if (signal.aborted || (one.why.final && clock.monotonic() - one.lookedAt < TROUBLED_LOOK_MS)) continue;
          await lookAgain(uid, one).catch((error: unknown) => {
            const repository = keyText(keyOf(one.repository));
            if (!signal.aborted) log.warn('the server of a local backend cannot be looked at', { repository, error: asStashError(error) });
          });
        }
      }
    },
  };
}
