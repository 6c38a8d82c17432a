/** Variables that Stash fills in by itself in Tasks and Functions; one that does not apply is absent, so its default counts. */
export const BUILT_IN = [
  'NAMESPACE',
  'BACKUP_SESSION',
  'RESTORE_SESSION',
  'INVOKER_KIND',
  'INVOKER_NAME',
  'REPOSITORY_NAME',
  'REPOSITORY_NAMESPACE',
  'REPOSITORY_PROVIDER',
  'REPOSITORY_SECRET_NAME',
  'REPOSITORY_SECRET_NAMESPACE',
  'REPOSITORY_BUCKET',
  'REPOSITORY_PREFIX',
  'REPOSITORY_ENDPOINT',
  'REPOSITORY_REGION',
  'REPOSITORY_INSECURE_TLS',
  'REPOSITORY_URL',
  'TARGET_NAME',
  'TARGET_KIND',
  'TARGET_NAMESPACE',
  'TARGET_API_VERSION',
  'TARGET_MOUNT_PATH',
  'TARGET_PATHS',
  'TARGET_APP_VERSION',
  'TARGET_APP_TYPE',
  'TARGET_APP_GROUP',
  'TARGET_APP_RESOURCE',
  'HOSTNAME',
  'SOURCE_HOSTNAME',
  'RESTORE_PATHS',
  'RESTORE_SNAPSHOTS',
  'ADDON_IMAGE',
  'INTERIM_DATA_DIR',
  'INCLUDE_PATTERNS',
  'EXCLUDE_PATTERNS',
  'DRIVER_ARGS',
  'ENABLE_CACHE',
] as const;

const RESERVED = /^(?:REPOSITORY|TARGET|RETENTION|STASH|PROMETHEUS|INVOKER)_/;
const MORE = ['LICENSE_APISERVICE', 'HOOK_TYPE', 'POD_ORDINAL'];

/**
 * Whether a parameter of a configuration may not have this name: it would say who and where the target and the repository are, which in
 * Stash let whoever writes a configuration send a backup elsewhere.
 */
export function isReserved(name: string): boolean {
  return RESERVED.test(name) || (BUILT_IN as readonly string[]).includes(name) || MORE.includes(name);
}
