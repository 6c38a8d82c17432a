import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import type { IndexLine } from '../../rules/chain/metadata-index.ts';
import { recordedChain } from './recorded-chain.ts';

type Link = IndexLine['link'];

function line(directory: string, position: Link['position'], operation: Link['operation'] = 'Incremental'): IndexLine {
  return { time: '2026-11-22T01:30:00Z', alias: 'a', link: { operation, directory, host: 'host-0', position, manifest: '' } };
}
const full = (position: Link['position'] = { fromLsn: '0', toLsn: '100' }) => line('full', position, 'Full');

describe('what a chain says of itself', () => {
  it('is believed only as far as it makes sense', () => {
    const owner = { uid: 1, gid: 2, mode: 0o700 };
    const links = [{ directory: 'full' }];
    const sound = recordedChain([full({ datadir: '/d/', datadirOwner: owner, version: '10.11.1', dataBytes: 7 })]);
    assert.deepEqual(sound, { links, datadir: '/d', owner, dataBytes: 7, version: '10.11.1' });
    assert.deepEqual(recordedChain([full({ datadir: 'd', datadirOwner: { uid: '0' }, version: 1, dataBytes: '7' })]), { links });
  });

  it('says how the server took names and tables without an engine', () => {
    const of = (position: Link['position']) => {
      const { lowerCaseTableNames, defaultStorageEngine } = recordedChain([full(position)]);
      return [lowerCaseTableNames, defaultStorageEngine];
    };
    assert.deepEqual(of({ lowerCaseTableNames: '1', defaultStorageEngine: 'MyISAM' }), ['1', 'MyISAM']);
    for (const timeZone of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT-3', '<+0530>-05:30'])
      assert.equal(recordedChain([full({ timeZone })]).timeZone, timeZone);
    for (const timeZone of ['../x', '/etc/x', ':x', 'Europe/../../x', '', 3])
      assert.equal(recordedChain([full({ timeZone })]).timeZone, undefined);
    assert.deepEqual(of({ lowerCaseTableNames: '7', defaultStorageEngine: 'x --init-file=y' }), [undefined, undefined]);
  });

  it('names its binlogs by a file alone where it is older', () => {
    assert.equal(recordedChain([full({ binlogFile: 'binlog.000007' })]).binlog, 'binlog');
    assert.equal(recordedChain([full({ binlogFile: 'binlog.000007', logBin: '/logs/binlog' })]).binlog, '/logs/binlog');
    assert.equal(recordedChain([full({ logBin: '' })]).binlog, undefined);
  });

  it('is of the server as it was at its last link', () => {
    const { links, gtid, version } = recordedChain([
      full({ fromLsn: '0', toLsn: '100', gtid: '0-1-1', version: '10.11.1' }),
      line('incremental-0001', { fromLsn: '100', toLsn: '100', gtid: '0-1-2', version: '10.11.1' }),
      line('incremental-0003', { fromLsn: '100', toLsn: '180', gtid: '0-1-9', version: '10.11.1' }),
    ]);
    assert.deepEqual([gtid, version], ['0-1-9', '10.11.1']);
    assert.deepEqual(
      links.map(({ directory }) => directory),
      ['full', 'incremental-0001', 'incremental-0003'],
    );
  });

  const next = { fromLsn: '100', toLsn: '180' };
  for (const [name, lines, code, text] of [
    ['nothing', [], 'Invalid', /no metadata\.index/],
    ['an incremental first', [line('incremental-0001', next)], 'Invalid', /no metadata\.index/],
    ['a hole', [full(), line('incremental-0001', { fromLsn: '101', toLsn: '180' })], 'ChainBroken', /begins at LSN 101.*ends at 100/],
    ['a link twice', [full(), line('incremental-0001', next), line('incremental-0001', next)], 'ChainBroken', /line 3/],
    ['another order', [full(), line('incremental-0002', next), line('incremental-0001', next)], 'ChainBroken', /0001, after .*0002/],
    ['a way out', [full(), line('../../etc', next)], 'ChainBroken', /line 2/],
    ['a second full', [full(), line('incremental-0001', next, 'Full')], 'ChainBroken', /line 2 is Full/],
  ] as const)
    it(`is refused with ${name}`, () => {
      assert.throws(
        () => recordedChain(lines),
        (error) => isCode(error, code) && text.test(error.message),
      );
    });
});
