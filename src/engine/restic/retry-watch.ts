import { codeOf } from './failure.ts';

/** How long one operation on the storage may go on failing before its run is given up. restic alone would go on for 15 minutes and more. */
export interface Patience {
  /** While the repository is opened: nothing is lost by failing early, and somebody may be waiting. Milliseconds. */
  openingMs: number;
  /** Later: a long upload should outlive the restart of a router or a storage server. Milliseconds. */
  workingMs: number;
  /** A refusal is final sooner than an outage; a few repeats, since new credentials take a moment to be known everywhere. */
  refusals: number;
}

export const DEFAULT_PATIENCE: Patience = { openingMs: 20_000, workingMs: 120_000, refusals: 3 };

interface Trouble {
  timer: NodeJS.Timeout;
  refusals: number;
  last: string;
}

/** Reads restic's stderr; calls `giveUp` once with the last message when an operation has failed for longer than patience has. */
export function retryWatch(patience: Patience, giveUp: (message: string) => void) {
  const troubles = new Map<string, Trouble>();
  let over = false;
  const stop = () => {
    over = true;
    for (const { timer } of troubles.values()) clearTimeout(timer);
    troubles.clear();
  };
  const end = (message: string) => {
    stop();
    giveUp(message);
  };
  return {
    stop,
    /** The message of an operation that is failing just now. */
    pending: () => [...troubles.values()].at(-1)?.last,
    line: (text: string) => {
      const event = over ? undefined : readRetry(text);
      if (event === undefined) return;
      const known = troubles.get(event.operation);
      if (event.type === 'over') {
        clearTimeout(known?.timer);
        troubles.delete(event.operation);
        return;
      }
      const trouble = known ?? {
        refusals: 0,
        last: '',
        timer: setTimeout(() => end(trouble.last), isOpening(event.operation) ? patience.openingMs : patience.workingMs),
      };
      trouble.last = event.message;
      if (isRefusal(event.message)) trouble.refusals += 1;
      troubles.set(event.operation, trouble);
      if (trouble.refusals >= patience.refusals) end(event.message);
    },
  };
}

/** The two lines restic's retrying layer prints; anything else is undefined. */
export function readRetry(
  line: string,
): { type: 'retry'; operation: string; message: string } | { type: 'over'; operation: string } | undefined {
  const retry = /^(\S.*?) returned error, retrying after [^:]+: (.*)$/.exec(line);
  if (retry?.[1] !== undefined && retry[2] !== undefined) return { type: 'retry', operation: retry[1], message: retry[2] };
  const over = /^(\S.*?) (?:operation successful after \d+ retries|failed: .*)$/.exec(line);
  return over?.[1] === undefined ? undefined : { type: 'over', operation: over[1] };
}

function isOpening(operation: string): boolean {
  return /^\w+\(<?(?:config|key)\b/.test(operation);
}

function isRefusal(message: string): boolean {
  const code = codeOf({ exitCode: null, stderr: message });
  return ['StorageDenied', 'RepositoryMissing', 'StorageReadOnly', 'StorageFull'].includes(code);
}
