import type { V1Container, V1EnvVar, V1SecurityContext, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ClusterSettings } from '../settings.ts';

/** What every pod with an agent has, whoever made the pod: the names and places that agent and operator agree on. */
export const AGENT_VOLUMES = { token: 'stash-token', trust: 'stash-trust', stage: 'stash-stage' } as const;

/** Audience of the token by which an agent proves which pod it is in. */
export const TOKEN_AUDIENCE = 'stash';
/** ConfigMap with the certificate authority of the operator, in each namespace with agents. */
export const TRUST_CONFIG_MAP = 'stash-agent-ca';
export const TRUST_KEY = 'ca.crt';

const TOKEN_DIRECTORY = '/var/run/secrets/stash.appscode.com/token';
const TRUST_DIRECTORY = '/var/run/secrets/stash.appscode.com/trust';
export const STAGE_DIRECTORY = '/var/lib/stash';
const TOKEN_SECONDS = 3600;

/** The token and the trust of an agent. The stage is the maker's to choose. */
export function agentVolumes(): V1Volume[] {
  return [
    {
      name: AGENT_VOLUMES.token,
      projected: {
        defaultMode: 0o444,
        sources: [{ serviceAccountToken: { audience: TOKEN_AUDIENCE, expirationSeconds: TOKEN_SECONDS, path: 'token' } }],
      },
    },
    { name: AGENT_VOLUMES.trust, configMap: { name: TRUST_CONFIG_MAP, defaultMode: 0o444 } },
  ];
}

export function agentMounts(): V1VolumeMount[] {
  return [
    { name: AGENT_VOLUMES.token, mountPath: TOKEN_DIRECTORY, readOnly: true },
    { name: AGENT_VOLUMES.trust, mountPath: TRUST_DIRECTORY, readOnly: true },
    { name: AGENT_VOLUMES.stage, mountPath: STAGE_DIRECTORY },
  ];
}

/** `key`: who it is; may be made of variables of the pod, as $(POD_NAME). */
export function agentEnv(settings: Pick<ClusterSettings, 'agentsUrl'>, key: string): V1EnvVar[] {
  return [
    { name: 'STASH_OPERATOR_URL', value: settings.agentsUrl },
    { name: 'STASH_AGENT', value: key },
    { name: 'STASH_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
    { name: 'STASH_CA_FILE', value: `${TRUST_DIRECTORY}/${TRUST_KEY}` },
    { name: 'STASH_STAGE', value: STAGE_DIRECTORY },
    // Of the image that the agent is a guest in; they would reach our Node.
    { name: 'LD_PRELOAD', value: '' },
    { name: 'NODE_OPTIONS', value: '' },
  ];
}

/** Nothing but what is named: no capability, no new privilege, no writing to the image. */
export function leastPrivilege(extra: { user?: number; capabilities?: string[] } = {}): V1SecurityContext {
  return {
    ...(extra.user === undefined ? {} : { runAsUser: extra.user, runAsNonRoot: extra.user !== 0 }),
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], ...(extra.capabilities === undefined ? {} : { add: extra.capabilities }) },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** An agent that runs from the operator's own image. */
export function ownImageContainer(
  settings: ClusterSettings,
  key: string,
  parts: { securityContext: V1SecurityContext; mounts?: V1VolumeMount[]; idleSeconds?: number },
): V1Container {
  return {
    name: 'stash',
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: ['stash-agent'],
    env: [
      { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
      ...(parts.idleSeconds === undefined ? [] : [{ name: 'STASH_IDLE_SECONDS', value: String(parts.idleSeconds) }]),
      ...agentEnv(settings, key),
    ],
    securityContext: parts.securityContext,
    resources: settings.agentResources,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...agentMounts(), ...(parts.mounts ?? [])],
  };
}
