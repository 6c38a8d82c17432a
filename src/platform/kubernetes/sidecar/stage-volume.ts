import type { V1Volume } from '@kubernetes/client-node';
import { StashError } from '../../../errors/error.ts';
import { shortHash } from '../agent-key.ts';
import { AGENT_VOLUMES, STAGE_DIRECTORY } from '../pods/agent-parts.ts';
import { SIDECAR_CONTAINER } from './names.ts';
import type { WantedSidecar } from './wanted.ts';
import type { OwnPart } from './workload.ts';

/** Where a sidecar keeps its stage: backups before they are stored, its journal, the cache of the repository. */
export interface Stage {
  volume: string;
  /** What is added to the pod; absent where the workload has the volume already. */
  added?: V1Volume;
  directory: string;
  /** Where exceeding it evicts the pod: the agent stays below. */
  sizeLimit?: string;
}

/** Of an agent that stages next to nothing: journal and cache. */
const FILES_STAGE = '2Gi';

/**
 * Each sidecar has a stage of its own. Whole databases are staged on a claim, on a volume of the workload, or on an emptyDir whose limit
 * somebody has chosen: an emptyDir without a limit fills the node, and evicts the database. Throws SidecarRefused that says what to write.
 */
export function stageOf(pod: OwnPart, { container, staged, tempDir = {} }: WantedSidecar, dataVolumes: readonly string[]): Stage {
  const { volume: existing, volumeClaimTemplate: claim, medium, sizeLimit } = tempDir;
  if (existing !== undefined) {
    if (!pod.volumes.includes(existing))
      throw refused(`tempDir.volume "${existing}" is no volume of the pods; they have ${pod.volumes.join(', ') || 'none'}`);
    if (dataVolumes.includes(existing)) throw refused(`tempDir.volume "${existing}" holds the data itself; a stage needs another volume`);
    // Not at its root, where the workload may have files.
    return { volume: existing, directory: `${STAGE_DIRECTORY}/.stash/${container}` };
  }
  const volume = stageVolumeName(container);
  const directory = `${STAGE_DIRECTORY}/${container}`;
  if (claim !== undefined) {
    const { labels, annotations } = claim.metadata ?? {};
    const metadata = { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
    const spec = { accessModes: ['ReadWriteOnce'], ...claim.spec };
    if (spec.resources?.requests?.storage === undefined)
      throw refused('tempDir.volumeClaimTemplate has no spec.resources.requests.storage: say how large the stage is');
    const volumeClaimTemplate = { ...(Object.keys(metadata).length === 0 ? {} : { metadata }), spec };
    return { volume, directory, added: { name: volume, ephemeral: { volumeClaimTemplate } } as V1Volume };
  }
  if (sizeLimit === undefined && (staged === 'Physical' || medium !== undefined))
    throw refused(`sidecar "${container}" has no room for its stage`, ROOM);
  const limit = String(sizeLimit ?? FILES_STAGE);
  const emptyDir = { sizeLimit: limit, ...(medium === undefined ? {} : { medium }) };
  return { volume, directory, sizeLimit: limit, added: { name: volume, emptyDir } };
}

const ROOM =
  'Give tempDir.volumeClaimTemplate (spec.resources.requests.storage: twice the size of the database), tempDir.volume (a volume of the workload), or tempDir.sizeLimit.';

function stageVolumeName(container: string): string {
  const { stage } = AGENT_VOLUMES;
  if (container === SIDECAR_CONTAINER) return stage;
  const name = `${stage}-${container}`;
  return name.length <= 63 ? name : `${stage}-${shortHash(container)}`;
}

function refused(message: string, remedy?: string): StashError {
  return new StashError('SidecarRefused', message, remedy === undefined ? {} : { remedy });
}
