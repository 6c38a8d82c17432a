import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { formatLogIndex, type LogFile } from '../../rules/log/log-index.ts';
import { readLogSeries } from './log-series.ts';

const FILE: LogFile = {
  file: 'binlog/000001',
  name: 'b.000001',
  serverId: 1,
  created: '2026-11-22T10:00:00Z',
  from: '',
  to: '0-1-1',
  bytes: 3,
  closed: true,
};
const index = (over: Partial<LogFile> = {}) =>
  formatLogIndex({
    host: 'h',
    timeline: '0a1b2c3d',
    data: '1',
    files: [{ ...FILE, ...over }],
    until: { time: '2026-11-22T10:15:00Z', gtid: '' },
    recent: [],
  });

describe('fetched logs', () => {
  const read = async (change: (series: string) => void) => {
    const directory = mkdtempSync(join(tmpdir(), 'stash-series-'));
    try {
      const series = join(directory, '001');
      mkdirSync(join(series, 'binlog'), { recursive: true });
      writeFileSync(join(directory, 'elsewhere'), 'abc');
      writeFileSync(join(series, 'log.index'), index());
      writeFileSync(join(series, 'binlog', '000001'), 'abc');
      change(series);
      return await readLogSeries(directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  const relink = (series: string, name: string, to: string) => {
    rmSync(join(series, name), { recursive: true });
    symlinkSync(to, join(series, name));
  };

  it('are read as their index says', async () => {
    const [series] = await read(() => undefined);
    assert.deepEqual(
      series?.files.map(({ name, bytes }) => [name, bytes]),
      [['b.000001', 3]],
    );
  });

  it('have files beyond the millionth', async () => {
    const [series] = await read((directory) => {
      renameSync(join(directory, 'binlog/000001'), join(directory, 'binlog/1000000'));
      writeFileSync(join(directory, 'log.index'), index({ file: 'binlog/1000000' }));
    });
    assert.equal(series?.files[0]?.bytes, 3);
  });

  const REFUSED: [what: string, change: (series: string) => void, says: RegExp][] = [
    ['a binlog is a link', (series) => relink(series, 'binlog/000001', '../../elsewhere'), /no regular file/],
    ['the directory of the binlogs is a link', (series) => relink(series, 'binlog', '..'), /no directory/],
    ['the index is a link', (series) => relink(series, 'log.index', '../elsewhere'), /not the index/],
    ['the index is too large', (series) => truncateSync(join(series, 'log.index'), 16 * 1024 * 1024 + 1), /not the index/],
    ['a name leads out', (series) => writeFileSync(join(series, 'log.index'), index({ file: '../elsewhere' })), /not the index/],
    ['a name has a line end', (series) => writeFileSync(join(series, 'log.index'), index({ file: 'binlog/000001\n' })), /not the index/],
  ];
  for (const [what, change, says] of REFUSED)
    it(`are refused when ${what}`, () => assert.rejects(read(change), (error) => isCode(error, 'LogsDamaged') && says.test(error.message)));
});
