import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gapProblem, lineageProblem, type PresentServer, parentPosition } from './lineage.ts';

const PLACE = {
  binlog: { serverId: 1, created: '2026-11-22T01:30:00Z', from: '0-1-4' },
  fingerprint: { file: 'binlog.000003', position: 900, bytes: 644, sha256: 'a'.repeat(64) },
};
const POSITION = { toLsn: '44404', version: '10.11.19-MariaDB-log', ibdata: '77@5', startedAt: 1000, ...PLACE };
const NOW: PresentServer = {
  version: '10.11.19-MariaDB-log',
  ibdata: '77@5',
  startedAt: 1001,
  binlogsApart: false,
  currentLsn: 50_000n,
  place: PLACE,
  logBin: '/logs/binlog',
};

describe('the lineage of a link', () => {
  const table: [name: string, recorded: object, now: Partial<PresentServer>, needFull: string | undefined, text: RegExp][] = [
    ['is proven by inode, version and binlog', {}, {}, undefined, /^$/],
    ['does not end with a setting of the server', {}, { version: '10.11.19-MariaDB' }, undefined, /^$/],
    ['ends with another version', {}, { version: '10.11.20-MariaDB-log' }, 'VersionChanged', /is 10\.11\.20.*was 10\.11\.19/],
    ['ends with other data files', {}, { ibdata: '77@6' }, 'LineageChanged', /77@6.*77@5/],
    ['ends with data that went back', {}, { currentLsn: 44_403n }, 'LineageChanged', /44403.*44404/],
    ['is not proven without a binlog', {}, { logBin: '' }, 'LineageUnproven', /log_bin is OFF/],
    ['is not proven where none was recorded', { fingerprint: undefined }, {}, 'LineageUnproven', /records no place/],
    [
      'is not proven by a purged file',
      {},
      { place: { gone: true, why: '/logs/binlog.000003 is not there' } },
      'LineageUnproven',
      /not there/,
    ],
    ['ends with a shorter file', {}, { place: { gone: false, why: 'it ends at 300' } }, 'LineageChanged', /ends at 300/],
    [
      'ends with another file of that name',
      {},
      { place: { ...PLACE, binlog: { ...PLACE.binlog, serverId: 2 } } },
      'LineageChanged',
      /by server 2.*by server 1/,
    ],
    [
      'ends with other content',
      {},
      { place: { ...PLACE, fingerprint: { ...PLACE.fingerprint, sha256: 'b'.repeat(64) } } },
      'LineageChanged',
      /b{16}.*a{16}/,
    ],
    ['is proven by binlogs elsewhere while the server runs on', {}, { binlogsApart: true }, undefined, /^$/],
    ['is not proven by binlogs elsewhere after a restart', {}, { binlogsApart: true, startedAt: 1400 }, 'LineageUnproven', /started again/],
    ['is not proven by a record without data files', { ibdata: undefined }, {}, 'LineageUnproven', /does not record/],
  ];
  for (const [name, recorded, now, needFull, text] of table)
    it(name, () => {
      const parent = parentPosition({ ...POSITION, ...recorded });
      assert.ok(parent !== undefined);
      const problem = lineageProblem(parent, { ...NOW, ...now });
      assert.equal(problem?.needFull, needFull);
      assert.match(problem?.message ?? '', text);
    });

  it('cannot be asked for where the record does not say where it ends', () => {
    for (const toLsn of [undefined, 44404, '', '44404; x', '-1']) assert.equal(parentPosition({ ...POSITION, toLsn }), undefined);
  });

  it('has no gap: an incremental begins where its parent ends, and ends there or later', () => {
    assert.equal(gapProblem({ toLsn: '100' }, { fromLsn: '100', toLsn: '100' }), undefined);
    assert.equal(gapProblem({ toLsn: '100' }, { fromLsn: '90', toLsn: '200' })?.needFull, 'PositionGap');
    assert.match(gapProblem({ toLsn: '100' }, { fromLsn: '100', toLsn: '99' })?.message ?? '', /ends before it, at 99/);
  });
});
