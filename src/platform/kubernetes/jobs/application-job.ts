import type { V1Job, V1PodSecurityContext } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';
import type { TempDir } from '../../../api/temp-dir.ts';
import type { FunctionContainer } from '../../../rules/function-container.ts';
import { type AgentKey, formatAgentKey, shortHash } from '../agent-key.ts';
import { leastPrivilege } from '../pods/agent-parts.ts';
import type { ClusterSettings } from '../settings.ts';
import { jobContainer } from './function-container.ts';
import { agentJob, jobName } from './job.ts';
import { podSettings } from './pod-settings.ts';

interface ApplicationWork {
  namespace: string;
  name: string;
  direction: 'backup' | 'restore';
  program: FunctionContainer | undefined;
  runtimeSettings?: RuntimeSettings | undefined;
  tempDir?: TempDir | undefined;
}

/** Functions that reach an application over the network need no user of their own. */
const NOBODY = 65532;

/** One Job serves one application, in one direction and one container. */
export function applicationKey({
  namespace,
  name,
  direction,
  program,
  runtimeSettings,
  tempDir,
}: ApplicationWork): Extract<AgentKey, { type: 'job' }> {
  const container = shortHash(JSON.stringify({ program, runtimeSettings, tempDir }));
  return {
    type: 'job',
    namespace,
    job: jobName(`stash-${direction}-${name}`, `AppBinding/${direction}/${namespace}/${name}/${container}`),
  };
}

/** The Job in which functions back up or restore what an AppBinding names, in its namespace; nothing of it is mounted. */
export function applicationJob(settings: ClusterSettings, work: ApplicationWork): V1Job {
  const { namespace, program, runtimeSettings, tempDir } = work;
  const key = applicationKey(work);
  const { serviceAccountName, securityContext } = runtimeSettings?.pod ?? {};
  const made = jobContainer(settings, {
    key: formatAgentKey(key),
    program,
    runtimeSettings,
    tempDir,
    securityContext: leastPrivilege(),
    mounts: [],
  });
  return agentJob(settings, {
    name: key.job,
    namespace,
    key: formatAgentKey(key),
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    container: made.container,
    volumes: made.volumes,
    podSecurity: { runAsUser: NOBODY, runAsGroup: NOBODY, fsGroup: NOBODY, ...(securityContext as V1PodSecurityContext | undefined) },
    pod: {
      ...made.pod,
      ...podSettings(runtimeSettings),
    },
  });
}
