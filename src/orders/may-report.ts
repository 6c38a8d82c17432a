/**
 * Whether the word of this agent (`TYPE/NAMESPACE/...`) counts for that object (`Kind/namespace/name`). Agents run where their owners are
 * at home, and speak for sessions and configurations (whose logs they archive) of their own namespace alone. Agents of repositories are the
 * operator's own.
 */
export function mayReport(agent: string, purpose: string): boolean {
  const [type = '', namespace = ''] = agent.split('/');
  if (type === REPOSITORY) return true;
  const [kind = '', ofPurpose = '', name = ''] = purpose.split('/');
  return SESSIONS.has(kind) && name !== '' && namespace === encodeURIComponent(ofPurpose);
}

const REPOSITORY = 'repository';
const SESSIONS = new Set(['BackupSession', 'RestoreSession', 'BackupConfiguration', 'BackupBatch']);

/** Whether two agents are trusted with the same, so that one may have what was meant for the other. */
export function sameTrust(one: string, other: string): boolean {
  const [type, namespace] = one.split('/');
  const [otherType, otherNamespace] = other.split('/');
  return one === other || (type !== REPOSITORY && otherType !== REPOSITORY && namespace === otherNamespace);
}
