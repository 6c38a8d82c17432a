import { StashError } from '../../../errors/error.ts';
import { type FunctionContainer, TARGET_IMAGE } from '../../../rules/function-container.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { GATE_CONTAINER } from '../sidecar/names.ts';
import { isOurs, workloadText } from '../sidecar/workload.ts';
import { readWorkload } from '../sidecar/workload-requests.ts';
import type { WorkloadTarget } from '../targets/workload.ts';

/**
 * Throws Invalid when the functions of a restore need another container than the gate of this workload is: it has the image and the
 * variables of the functions that back the workload up, and a restore does not change its pods.
 */
export async function checkGateProgram(
  connection: Connection,
  target: WorkloadTarget,
  program: FunctionContainer | undefined,
): Promise<void> {
  if (program === undefined) return;
  const workload = await readWorkload({ connection }, target);
  const gate = workload.spec.template.spec?.initContainers?.find((one) => one.name === GATE_CONTAINER && isOurs(one));
  const needed = program.image === TARGET_IMAGE ? undefined : program.image;
  const has = new Set([...(gate?.env ?? []).map(({ name }) => name), ...(gate?.envFrom ?? []).map(({ prefix }) => prefix)]);
  const wants = [...program.env.map(({ name }) => name), ...program.envFrom.map(({ prefix }) => prefix)];
  const otherImage = needed !== undefined && gate?.image !== needed;
  if (!otherImage && wants.every((one) => has.has(one))) return;
  const what = otherImage
    ? `runs in ${needed}; the pods restore in ${gate?.image}`
    : 'has variables that the pods of the workload do not have';
  throw new StashError('Invalid', `${workloadText(workload)} cannot be restored by ${program.functions.join(', ')}, which ${what}`, {
    remedy: 'Let one Function back up and restore: bind it in the BackupConfiguration of the workload (supports: [Full, Restore]).',
  });
}
