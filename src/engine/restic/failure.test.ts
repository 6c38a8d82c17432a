import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, codeOfItem, lostItsLock, messageOf } from './failure.ts';

const exit = (code: number, message: string) => JSON.stringify({ message_type: 'exit_error', code, message });

// Every text here was printed by restic 0.19.1 against the storage that is named.
test('what restic says when it fails becomes a stable code', () => {
  const cases: [string, number | null, string, string][] = [
    [
      'an empty place',
      10,
      exit(
        10,
        'Fatal: repository does not exist: unable to open config file: stat /r/config: no such file or directory\nIs there a repository at the following location?\n/r',
      ),
      'RepositoryMissing',
    ],
    ['a wrong password', 12, exit(12, 'Fatal: wrong password or no key found'), 'WrongPassword'],
    ['init of an existing one', 1, exit(1, 'Fatal: Fatal: create repository at r1 failed: config file already exists'), 'AlreadyExists'],
    [
      'init where another was cut off',
      1,
      exit(1, 'Fatal: Fatal: create key in repository at r failed: repository already contains keys'),
      'RepositoryUnfinished',
    ],
    [
      'a held lock',
      11,
      exit(
        11,
        'unable to create lock in backend: repository is already locked by PID 1 on vm by root (UID 0, GID 0)\nlock was created at 2026-11-22 15:32:06 (4.1s ago)\nstorage ID 6e342a64',
      ),
      'RepositoryLocked',
    ],
    [
      'no right to lock',
      1,
      `Save(<lock/714af92623>) failed: open r2/locks/714a-tmp-1326172479: permission denied\n${exit(1, 'unable to create lock in backend: open r2/locks/714a-tmp-1326172479: permission denied')}`,
      'StorageReadOnly',
    ],
    [
      'no right to look',
      1,
      `Stat(<config/>) failed: stat r2/config: permission denied\n${exit(1, 'Fatal: unable to open config file: stat r2/config: permission denied\nr2')}`,
      'StorageDenied',
    ],
    [
      'a full disk',
      1,
      exit(1, 'Fatal: unable to save snapshot: error flushing repository: write /r/data/fd/fdbe-tmp-356: no space left on device'),
      'StorageFull',
    ],
    ['a read-only disk', null, 'open /r/locks/f445-tmp-1361: read-only file system', 'StorageReadOnly'],
    [
      'REST 401',
      1,
      exit(1, 'Fatal: unable to open config file: unexpected HTTP response (401): 401 Unauthorized\nrest:http://127.0.0.1/'),
      'StorageDenied',
    ],
    [
      'REST append-only',
      3,
      `Remove(<snapshot/f68d595da6>) failed: unexpected HTTP response (403): 403 Forbidden\n${exit(3, 'failed to remove one or more snapshots\nmain.init\n\tgithub.com/x')}`,
      'StorageDenied',
    ],
    [
      'S3 signature',
      null,
      'Stat: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      'StorageDenied',
    ],
    ['S3 key id', null, 'Stat: No user exists with the provided access key ID.', 'StorageDenied'],
    ['S3 bucket', null, 'Stat: The specified bucket does not exist.', 'RepositoryMissing'],
    [
      'S3 without keys',
      1,
      exit(
        1,
        'Fatal: unable to open repository at s3:http://h/b: s3.getCredentials: no credentials found. Use `-o s3.unsafe-anonymous-auth=true` for anonymous authentication',
      ),
      'StorageDenied',
    ],
    [
      'GCS without keys',
      1,
      exit(1, 'Fatal: unable to open repository at gs:b:/: google: could not find default credentials.'),
      'StorageDenied',
    ],
    ['a dead port', null, 'Head "http://***@127.0.0.1:1/config": dial tcp 127.0.0.1:1: connect: connection refused', 'StorageUnreachable'],
    ['no such host', null, 'Stat: Get "https://nope.invalid/": dial tcp: lookup nope.invalid: no such host', 'StorageUnreachable'],
    [
      'ssh refused',
      1,
      `root@127.0.0.1: Permission denied (publickey).\n${exit(1, 'Fatal: unable to open repository at sftp://h//p: unable to start the sftp session, error: error receiving version packet from server: server unexpectedly closed connection: unexpected EOF')}`,
      'StorageDenied',
    ],
    [
      'ssh dead',
      1,
      `ssh: connect to host 127.0.0.1 port 1: Connection refused\n${exit(1, 'Fatal: unable to open repository at sftp://h//p: unable to start the sftp session, error: unexpected EOF')}`,
      'StorageUnreachable',
    ],
    ['no such snapshot', 1, exit(1, 'Fatal: failed to find snapshot: no matching ID found for prefix "ffffffff"'), 'SnapshotNotFound'],
    ['no such path to dump', 1, exit(1, 'Fatal: cannot dump file: path "/none" not found in snapshot'), 'PathNotFound'],
    ['no such path to restore', 1, exit(1, 'path none: not found'), 'PathNotFound'],
    [
      'no source at all',
      1,
      `/none does not exist, skipping\n${exit(1, 'Fatal: all source directories/files do not exist')}`,
      'PathNotFound',
    ],
    ['damage', 1, exit(1, 'Fatal: repository contains errors'), 'RepositoryDamaged'],
    [
      'a build without the backend',
      1,
      exit(
        1,
        'Fatal: parsing repository location failed: invalid backend\nIf the repository is in a local directory, you need to add a `local:` prefix',
      ),
      'BackendUnsupported',
    ],
    [
      'an unreadable file beside something else',
      1,
      `${JSON.stringify({ message_type: 'error', error: { message: 'open /a: permission denied' }, item: '/a' })}\n${exit(1, 'Fatal: something new')}`,
      'CommandFailed',
    ],
    [
      'a failed command',
      1,
      exit(1, 'Fatal: unable to save snapshot: failed to save /dump: Fatal: command failed: exit status 7'),
      'CommandFailed',
    ],
    ['silence', 1, '', 'CommandFailed'],
  ];
  for (const [name, exitCode, stderr, code] of cases) assert.equal(codeOf({ exitCode, stderr }), code, name);
});

test('what failed for one file of a restore has a code too', () => {
  assert.equal(codeOfItem('/big: write /t/big: no space left on device'), 'StageFull');
  assert.equal(codeOfItem('/a: open /t/a: permission denied'), 'StageUnusable');
  assert.equal(codeOfItem('/a: decrypting blob <tree/c1> from pack f7 failed: ciphertext verification failed'), 'RepositoryDamaged');
  assert.equal(codeOfItem('/: id 79fc not found in repository'), 'RepositoryDamaged');
  assert.equal(codeOfItem('/a: ReadFull(<data/43f78e4448>): open /r/data/43/43f7: no such file or directory'), 'RepositoryDamaged');
  assert.equal(codeOfItem('/a: ReadFull(<data/43f78e4448>): dial tcp 10.0.0.1:443: connect: connection refused'), 'StorageUnreachable');
  assert.equal(codeOfItem('/a: something new'), 'CommandFailed');
});

test('the message is what restic said, without prefixes, stack and advice', () => {
  assert.equal(
    messageOf({
      exitCode: 3,
      stderr: exit(3, 'failed to remove one or more snapshots\nmain.init\n\tgithub.com/restic/cmd/x.go:67\nruntime.doInit1'),
    }),
    'failed to remove one or more snapshots',
  );
  assert.equal(
    messageOf({
      exitCode: 11,
      stderr: exit(11, 'Fatal: locked by PID 1\nlock was created at 12:00\nthe `unlock` command can be used to remove stale locks'),
    }),
    'locked by PID 1; lock was created at 12:00',
  );
  assert.equal(messageOf({ exitCode: 1, stderr: 'one\nlast words\n' }), 'last words');
});

test('a lock that could not be renewed is noticed whatever the exit code', () => {
  assert.equal(lostItsLock('unable to refresh lock: connection reset\n'), true);
  assert.equal(lostItsLock('Fatal: failed to refresh lock in time\n'), true);
  assert.equal(lostItsLock('all is well'), false);
});
