import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seriesProblem } from './backup-tool.ts';
import { databaseError } from './database-error.ts';
import { type Destination, destinationProblem } from './destination.ts';
import { deviceName, writeLocks } from './holder.ts';
import { parsePosition } from './position.ts';

describe('the version of mariadb-backup', () => {
  const tool = 'mariadb-backup based on MariaDB server 10.11.19-MariaDB debian-linux-gnu (x86_64)';
  for (const [version, problem] of [
    ['10.11.2-MariaDB-log', undefined],
    ['10.11.99-MariaDB', undefined],
    ['10.6.20-MariaDB', /of MariaDB 10\.11, the server of 10\.6/],
    ['11.4.2-MariaDB', /of MariaDB 10\.11, the server of 11\.4/],
    ['10.1.48-MariaDB', /the server of 10\.1;/],
    ['', /the server of ""/],
  ] as const)
    it(`${problem === undefined ? 'fits' : 'does not fit'} a server of "${version}"`, () => {
      const found = seriesProblem(tool, version, 'the server');
      if (problem === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'fits', problem);
    });
  it('is asked for in vain of another program', () => assert.match(seriesProblem('hello', '10.11.2', 'x') ?? '', /does not tell/));
});

describe('what MariaDB tools write about an error', () => {
  const connection = { type: 'mariadb', host: '127.0.0.1', port: 3306, username: 'stash', password: 'x' };
  for (const [stderr, code, text] of [
    ["ERROR 1045 (28000): Access denied for user 'stash'@'localhost' (using password: YES)", 'DatabaseAccessDenied', /stash/],
    ["ERROR 1698 (28000): Access denied for user 'stash'@'localhost'", 'DatabaseAccessDenied', /stash/],
    ["ERROR 2002 (HY000): Can't connect to server on '127.0.0.1' (115)", 'DatabaseUnreachable', /127\.0\.0\.1:3306/],
    ['ERROR 2013 (HY000): Lost connection to server during query', 'DatabaseLost', /Lost connection/],
    ["ERROR 2013 (HY000): Lost connection to server at 'reading initial communication packet'", 'DatabaseUnreachable', /initial/],
    ['[00] FATAL ERROR: failed to execute query BACKUP STAGE START: Lost connection to server during query', 'DatabaseLost', /STAGE/],
    ['ERROR 1053 (08S01) at line 1: Server shutdown in progress', 'DatabaseLost', /shutdown/],
    [
      'ERROR 1227 (42000) at line 1: Access denied; you need (at least one of) the PROCESS privilege(s) for this operation',
      'DatabaseGrantMissing',
      /lacks PROCESS on/,
    ],
    ['you need (at least one of) the SUPER, BINLOG MONITOR privilege(s)', 'DatabaseGrantMissing', /lacks BINLOG MONITOR on/],
    [
      'Error: missing required privilege RELOAD on *.*\nError: missing required privilege PROCESS on *.*\nCurrent privileges',
      'DatabaseGrantMissing',
      /lacks RELOAD, PROCESS on/,
    ],
    ['something else', 'FunctionFailed', /something else/],
  ] as const)
    it(`means ${code}: ${stderr.slice(0, 40)}`, () => {
      const error = databaseError(stderr, connection);
      assert.equal(error.code, code);
      assert.match(error.message, text);
    });
});

type Restore = Parameters<typeof destinationProblem>[1];

describe('a destination', () => {
  const free: Destination = { directory: '/data', empty: true, mounted: false, owner: { uid: 1, gid: 1, mode: 0o700 } };
  const used = { ...free, empty: false };
  const none: Restore = { allowOverwrite: false, previousData: 'Keep', stopCommand: [], startCommand: [] };
  const over: Restore = { ...none, allowOverwrite: true };
  const commands = { stopCommand: ['stop'], startCommand: ['start'] };
  const table: [name: string, destination: Destination, restore: Restore, code: string | undefined][] = [
    ['that is free is taken', free, none, undefined],
    ['that is an empty mount point is taken', { ...free, mounted: true }, none, undefined],
    ['with data needs allowOverwrite', used, none, 'DestinationNotEmpty'],
    ['with data is taken with it', used, over, undefined],
    ['with a server needs both commands', { ...used, holder: 7 }, { ...over, ...commands, startCommand: [] }, 'DatabaseRunning'],
    ['with a server is taken with both', { ...used, holder: 7 }, { ...over, ...commands }, undefined],
    ['that is a used mount point cannot keep its data', { ...used, mounted: true }, over, 'DestinationNotEmpty'],
    ['that is a used mount point can discard it', { ...used, mounted: true }, { ...over, previousData: 'Discard' }, undefined],
  ];
  for (const [name, destination, restore, code] of table)
    it(name, () => assert.equal(destinationProblem(destination, restore)?.code, code));
});

describe('what a backup leaves about itself', () => {
  it('is where it begins and ends', () => {
    const checkpoints = 'backup_type = full-backuped\nfrom_lsn = 0\nto_lsn = 44404\nlast_lsn = 44760\nrecover_binlog_info = 0\n';
    assert.deepEqual(parsePosition(checkpoints, 'binlog.000001\t894\t0-1-3\n'), {
      fromLsn: '0',
      toLsn: '44404',
      lastLsn: '44760',
      binlogFile: 'binlog.000001',
      binlogPosition: 894,
      gtid: '0-1-3',
    });
    assert.deepEqual(parsePosition(checkpoints, undefined), { fromLsn: '0', toLsn: '44404', lastLsn: '44760' });
  });
});

describe('the locks of the kernel', () => {
  it('tell who holds which file', () => {
    const text =
      '1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF\n2: FLOCK  ADVISORY  WRITE 1 fe:00:1 0 EOF\n3: POSIX  ADVISORY  READ  2 fe:00:2 0 EOF\n';
    assert.deepEqual(writeLocks(text), [{ pid: 4711, device: '254:0', inode: 123456 }]);
  });
  it('name devices as stat does', () => {
    assert.equal(deviceName(0xfe00), '254:0');
  });
});
