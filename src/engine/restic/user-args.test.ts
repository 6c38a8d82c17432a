import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { checkUserArgs } from './user-args.ts';

test('flags that cannot harm are accepted and their values joined to them', () => {
  const cases: [string[], string[]][] = [
    [[], []],
    [
      ['--exclude-caches', '-x'],
      ['--exclude-caches', '-x'],
    ],
    [
      ['--tag=a,b', '--tag', 'c'],
      ['--tag=a,b', '--tag=c'],
    ],
    [['--exclude', '--repo'], ['--exclude=--repo']],
    [
      ['-e', '*.tmp', '-e=x'],
      ['-e*.tmp', '-ex'],
    ],
    [['--ignore-inode=true'], ['--ignore-inode=true']],
    [['--exclude=a=b'], ['--exclude=a=b']],
  ];
  for (const [args, expected] of cases) assert.deepEqual(checkUserArgs('backup', args), expected);
  assert.deepEqual(checkUserArgs('restore', ['--verify', '-i', '/a']), ['--verify', '-i/a']);
});

test('anything else is refused by its name', () => {
  const refused = [
    ['-o', 'sftp.command=rm'],
    ['-osftp.command=rm'],
    ['--repo=/elsewhere'],
    ['-r', '/elsewhere'],
    ['-xr/elsewhere'],
    ['--password-command=id'],
    ['--password-file=/etc/shadow'],
    ['--stdin-from-command'],
    ['--files-from=/etc/shadow'],
    ['--exclude-file=/etc/shadow'],
    ['--cache-dir=/'],
    ['--cacert=/x'],
    ['--json=false'],
    ['--host=other'],
    ['--time=2020-01-01'],
    ['--dry-run'],
    ['-n'],
    ['--', '/etc'],
    ['/etc'],
    [''],
    ['--force=maybe'],
    ['--tag'],
  ];
  for (const args of refused) {
    assert.throws(
      () => checkUserArgs('backup', args),
      (error) => isCode(error, 'Invalid') && error.message.includes(args[0] ?? ''),
      `${args.join(' ')} must be refused`,
    );
  }
  assert.throws(() => checkUserArgs('restore', ['--target=/etc']), /not allowed/);
});
