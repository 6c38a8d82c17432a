import type { V1ContainerStatus, V1Job, V1Pod } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';

/** Of what a step wrote last, in the message; characters. */
const LONGEST = 1000;

/**
 * Why a Job that runs once has ended without a word of its agent: a step before it failed (FunctionFailed, with exit code and last lines), the
 * deadline (DeadlineExceeded), or the pod was taken away (AgentLost). `redact` takes secrets out of what they said, before any of it is cut
 * off: of a secret that is cut in two, the rest would stay.
 */
export function jobEnd({ metadata, status }: V1Job, pods: readonly V1Pod[], redact: (text: string) => string): StashError {
  const name = `Job ${metadata?.namespace}/${metadata?.name}`;
  const failed = status?.conditions?.find(({ type, status: value }) => type === 'Failed' && value === 'True');
  if (failed?.reason === 'DeadlineExceeded')
    return new StashError('DeadlineExceeded', `${name} was stopped at the deadline of its session`);
  const step = pods.flatMap((pod) => pod.status?.initContainerStatuses ?? []).find(hasFailed);
  const disturbed = pods.find((pod) => pod.status?.reason !== undefined);
  if (disturbed?.status?.reason !== undefined)
    return new StashError('AgentLost', `the pod of ${name} was ended: ${redact(disturbed.status.message ?? disturbed.status.reason)}`);
  if (step === undefined)
    return new StashError('AgentLost', `${name} has ended before its agent told of it: ${redact(failed?.message ?? 'no reason is given')}`);
  const { exitCode, signal, reason, message } = step.state?.terminated ?? {};
  const how =
    reason === 'OOMKilled' ? 'was killed: out of memory' : signal ? `was ended by signal ${signal}` : `ended with exit code ${exitCode}`;
  const said = redact(message ?? '')
    .trim()
    .slice(-LONGEST)
    .split('\n')
    .join(' / ');
  return new StashError('FunctionFailed', `step ${step.name} ${how}${said === '' ? '' : `: ${said}`}`);
}

function hasFailed({ state }: V1ContainerStatus): boolean {
  return state?.terminated !== undefined && state.terminated.exitCode !== 0;
}
