import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, formatState, parseState } from '../../../rules/gtid/state.ts';
import { formatLogIndex, type LogFile } from '../../../rules/log/log-index.ts';
import { eventGroups } from '../binlog/groups.ts';
import { readBinlogHeader } from '../binlog/header.ts';
import type { TestServer } from './test-server.ts';

/** Copies the binlogs a server has now into `directory` as one archived series, from file number `first` on (0: the oldest). */
export async function archiveLogs(server: TestServer, directory: string, { first = 0, timeline = '0a1b2c3d' } = {}): Promise<void> {
  mkdirSync(join(directory, 'binlog'), { recursive: true });
  const names = (await server.sql('SHOW BINARY LOGS')).map(([name = '']) => name).slice(first);
  const files: LogFile[] = [];
  for (const [at, name] of names.entries()) {
    const file = `binlog/${String(at + 1).padStart(6, '0')}`;
    const path = join(directory, file);
    copyFileSync(join(server.datadir, name), path);
    const { from, serverId, created } = await readBinlogHeader(path);
    let state = parseState(from);
    for await (const group of eventGroups(path))
      if (group.complete) state = after(state, { domain: group.domain, server: group.server, sequence: group.sequence });
    files.push({ file, name, serverId, created, from, to: formatState(state), bytes: statSync(path).size, closed: at < names.length - 1 });
  }
  writeFileSync(
    join(directory, 'log.index'),
    formatLogIndex({ host: 'host-0', timeline, data: '1', files, until: { time: '2026-11-22T10:15:00Z', gtid: '' }, recent: [] }),
  );
}
