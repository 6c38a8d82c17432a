import { AGENT_VOLUMES } from '../pods/agent-parts.ts';

/** Names that the API server, other programs and people see of a sidecar. They stay as they are: a change would restart pods. */

/** Owner of what Stash puts into workloads; see managed fields. */
export const FIELD_MANAGER = 'stash';
/** On pod templates and pods: hash of what the sidecar runs. */
export const SIDECAR_ANNOTATION = 'stash.appscode.com/sidecar';
/** On pod templates and pods: there is an agent in it. */
export const AGENT_LABEL = 'stash.appscode.com/agent';

export const INSTALL_CONTAINER = 'stash-install';
export const GATE_CONTAINER = 'stash-gate';
/** A sidecar whose function gives no `containerName`. */
export const SIDECAR_CONTAINER = 'stash';

/** Every container of ours mounts it, and no other does; so it tells them apart, whatever a `containerName` is. */
export const PAYLOAD_VOLUME = 'stash-payload';

/** Where the operator's image has its programs, and where containers with a copy of them have it. */
export const PAYLOAD_DIRECTORY = '/stash';

/** Volumes of ours begin with one of these; a stage has its container's name behind it. */
export function isOwnVolume(name: string): boolean {
  const { token, trust, stage } = AGENT_VOLUMES;
  return name === PAYLOAD_VOLUME || name === token || name === trust || name === stage || name.startsWith(`${stage}-`);
}
