import type { V1PodSpec } from '@kubernetes/client-node';
import type { RuntimeSettings } from '../../../api/runtime-settings.ts';

/** What of `runtimeSettings.pod` Jobs of Stash follow as it is: where they run, and how their images are pulled. */
export function podSettings(runtimeSettings: RuntimeSettings | undefined): Partial<V1PodSpec> {
  const { nodeSelector, tolerations, priorityClassName, imagePullSecrets = [] } = runtimeSettings?.pod ?? {};
  const secrets = imagePullSecrets.flatMap(({ name }) => (name === undefined ? [] : [{ name }]));
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets }),
  };
}
