/** When a hook after a backup or restore runs. */
export type ExecutionPolicy = 'Always' | 'OnSuccess' | 'OnFailure' | 'OnFinalRetryFailure';

/** How it ended: the target's phase, and how often it is still tried again. */
interface Outcome {
  phase: string;
  retryLeft: number;
}

/** Whether a hook with this policy runs after this outcome. A phase that is neither Succeeded nor Failed runs only `Always`. */
export function shouldRun(policy: ExecutionPolicy, { phase, retryLeft }: Outcome): boolean {
  switch (policy) {
    case 'Always':
      return true;
    case 'OnSuccess':
      return phase === 'Succeeded';
    case 'OnFailure':
      return phase === 'Failed';
    case 'OnFinalRetryFailure':
      return phase === 'Failed' && retryLeft === 0;
  }
}
