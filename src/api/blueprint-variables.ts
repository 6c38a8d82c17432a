/** The variables that a blueprint may use, as Stash named them. */
export const BLUEPRINT_VARIABLES = [
  'TARGET_API_VERSION',
  'TARGET_KIND',
  'TARGET_RESOURCE',
  'TARGET_NAMESPACE',
  'TARGET_NAME',
  'TARGET_APP_VERSION',
  'TARGET_APP_TYPE',
  'TARGET_APP_GROUP',
  'TARGET_APP_RESOURCE',
] as const;
export type BlueprintVariable = (typeof BLUEPRINT_VARIABLES)[number];

/** Parts of a blueprint in which they are filled in. Hooks and containers have `${...}` of their own. */
export const TEMPLATED_FIELDS = ['backend', 'task', 'sidecar', 'restore', 'verifier', 'interimVolumeTemplate'] as const;

/** A variable as it is written, or what was begun as one. */
const WRITTEN = /\$\{([^}]*)\}?/g;

/** The text with each variable replaced by what `value` gives for it; undefined as its name is what is not one of ours. */
export function replaceVariables(text: string, value: (name: BlueprintVariable | undefined, written: string) => string): string {
  return text.replace(WRITTEN, (written, name: string) => {
    const known = (BLUEPRINT_VARIABLES as readonly string[]).includes(name) && written.endsWith('}');
    return value(known ? (name as BlueprintVariable) : undefined, written);
  });
}
