import type { ErrorCode } from '../../errors/catalogue.ts';
import { findLine, messages } from './messages.ts';

/** How a restic process ended, as far as it tells why. */
interface Failure {
  exitCode: number | null;
  stderr: string;
}

interface Rule {
  code: ErrorCode;
  exitCode?: number;
  pattern?: RegExp;
}

const DAMAGE =
  /ciphertext verification failed|invalid data returned|(?:hash|id|content|data) does not match|pack .*(?:not found|damaged|incomplete)|blob .*not found|not found in (?:index|repository)|decrypting blob|repository contains errors|incomplete pack|hash mismatch|unable to load (?:index|tree)|\b(?:Load|ReadFull)\(<(?:data|index|snapshot)\/.*(?:no such file|not found|does not exist|404|NoSuchKey)/i;

// First match wins. Exit codes say more than words where restic has one; among the words, the particular go before the general: a lock that
// cannot be written for lack of space is no lock held by somebody.
const RULES: Rule[] = [
  { code: 'WrongPassword', exitCode: 12 },
  { code: 'RepositoryLocked', pattern: /repository is already locked|remove invalid locks|failed to refresh lock|unable to refresh lock/ },
  { code: 'RepositoryLocked', exitCode: 11 },
  { code: 'StorageFull', pattern: /no space left on device|disk quota exceeded|QuotaExceeded|StorageFull|insufficient storage|\b507\b/i },
  {
    code: 'StorageReadOnly',
    pattern: /read-only file system|(?:Save|Remove)\(.*permission denied|tmp-\d+: permission denied|mkdir .*permission denied/i,
  },
  {
    code: 'RepositoryMissing',
    pattern:
      /NoSuchBucket|bucket (?:does(?:n't| not) exist|is missing)|specified bucket does not exist|ContainerNotFound|container does not exist/i,
  },
  {
    code: 'StorageDenied',
    pattern:
      /\b40[13]\b|\b(?:Access ?Denied|Forbidden|Unauthorized)\b|InvalidAccessKeyId|SignatureDoesNotMatch|AuthenticationFailed|AuthorizationFailure|access key id (?:you provided )?does not exist|provided access key|signature we calculated|server failed to authenticate|could not find default credentials|no credentials found|invalid_grant|permission denied|Host key verification failed|b2_authorize_account/i,
  },
  { code: 'RepositoryMissing', exitCode: 10 },
  { code: 'AlreadyExists', pattern: /config file already exists|repository master key and config already initialized/ },
  // What a killed init leaves, or a removal that was cut off: keys, and no config.
  { code: 'RepositoryUnfinished', pattern: /repository already contains (?:keys|snapshots)/ },
  {
    code: 'StorageUnreachable',
    pattern:
      /connection refused|connection reset|no such host|server misbehaving|i\/o timeout|network is unreachable|no route to host|context deadline exceeded|TLS handshake|x509:|tls:|proxyconnect|unexpected EOF|broken pipe|unable to start the sftp session|unable to start a new session|ssh command exited|Could not resolve hostname|Connection timed out|request timeout|\b50[0234]\b/i,
  },
  { code: 'SnapshotNotFound', pattern: /no matching ID found|failed to find snapshot|no snapshot found|multiple IDs with prefix/ },
  {
    code: 'PathNotFound',
    pattern: /all source directories\/files do not exist|path .*: not found|path ".*" not found in snapshot|cannot dump file/,
  },
  { code: 'ToolMissing', pattern: /executable file not found/ },
  { code: 'RepositoryDamaged', pattern: DAMAGE },
  { code: 'BackendUnsupported', pattern: /invalid backend/ },
];

/**
 * The stable code of a failure; CommandFailed when nothing is known about it. The closing message is asked first, then the plain lines
 * before it; errors about single files of the source ("permission denied") say nothing about the storage.
 */
export function codeOf(failure: Failure): ErrorCode {
  const closing = findLine(messages.exitError, failure.stderr)?.message ?? '';
  const plain = failure.stderr
    .split('\n')
    // Blank, a bare URL, Go's stack, advice that is wrong here.
    .filter((line) => !line.startsWith('{'))
    .join('\n');
  const said = match(failure.exitCode, closing);
  // "unexpected EOF" is all that restic sees of an ssh that was refused; ssh itself said why.
  return (said === undefined || said === 'StorageUnreachable' ? match(failure.exitCode, plain) : undefined) ?? said ?? 'CommandFailed';
}

function match(exitCode: number | null, text: string): ErrorCode | undefined {
  return RULES.find((rule) => (rule.exitCode ?? exitCode) === exitCode && (rule.pattern?.test(text) ?? true))?.code;
}

/** What became of one file of a restore: the place it was written to is full, or the repository lacks what it is made of. */
export function codeOfItem(message: string): ErrorCode {
  if (/\w+\(<\w+\//.test(message)) return match(null, message) ?? 'CommandFailed';
  if (/no space left on device|disk quota exceeded/i.test(message)) return 'StageFull';
  if (/permission denied|read-only file system|operation not permitted/i.test(message)) return 'StageUnusable';
  return DAMAGE.test(message) ? 'RepositoryDamaged' : 'CommandFailed';
}

/** restic's own words: its closing message without prefixes and stack, else its last line. */
export function messageOf(failure: Failure): string {
  const closing = findLine(messages.exitError, failure.stderr)?.message;
  const text = closing ?? failure.stderr.trim().split('\n').at(-1) ?? '';
  const lines = text
    .replaceAll(/^(?:Fatal: )+/g, '')
    .split('\n')
    // Blank, a bare URL, Go's stack, advice that is wrong here.
    .filter((line) => !/^\S*$|^\t|^Is there a repository at|^the `unlock` command/.test(line));
  return lines.join('; ').trim();
}

/** Whether restic lost its lock while it ran: what it stored since may be pruned away by another run, whatever its exit code says. */
export function lostItsLock(stderr: string): boolean {
  return /unable to refresh lock|failed to refresh lock/.test(stderr);
}
