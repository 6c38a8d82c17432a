import type { Change, Mirror } from './mirror.ts';
import { ownCopy } from './own-copy.ts';
import { Pending } from './pending.ts';

type MirrorEvent = { type: 'Synced' } | Change;

/** What the mirrors hold, `Synced` when all of them are complete, then their changes; until the signal. The objects are copies. */
export async function* watchMirrors(mirrors: readonly Mirror[], signal: AbortSignal): AsyncGenerator<MirrorEvent> {
  const pending = new Pending();
  const nudge = () => pending.nudge();
  const unlisten = mirrors.map((mirror) => {
    for (const object of mirror.list()) pending.push({ type: 'Added', kind: mirror.kind, object });
    void mirror.synced.then(nudge);
    return mirror.listen((change) => pending.push(change));
  });
  signal.addEventListener('abort', nudge);
  try {
    for (let synced = false; !signal.aborted; ) {
      const change = pending.take();
      if (change !== undefined) yield { ...change, object: ownCopy(change.object) };
      else if (!synced && mirrors.every(({ complete }) => complete)) {
        synced = true;
        pending.begun();
        yield { type: 'Synced' };
      } else await pending.wait();
    }
  } finally {
    signal.removeEventListener('abort', nudge);
    for (const stop of unlisten) stop();
  }
}
