import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../engine/engine.ts';
import { archivingOperator, logTick } from '../testing/archiving.ts';
import type { TestOperator } from '../testing/operator.ts';
import { writeWindow } from './write-window.ts';

async function condition({ list }: TestOperator): Promise<{ is: string; message: string }> {
  const [object] = await list('BackupConfiguration');
  const { status, reason, message = '' } = object?.status?.conditions?.find(({ type }) => type === 'RecoverableWindowOpen') ?? {};
  return { is: `${status} ${reason}`, message };
}

/** As a full of the host that was stored now. */
function fullIsStored({ agents, clock }: TestOperator, chain: string): void {
  const time = clock.now().toISOString();
  const tags = ['stash.target=shop/Host/machine', `stash.chain=${chain}`, 'stash.link=full', `stash.gtid=0-1-${Date.parse(time) / 1000}`];
  const full: Snapshot = { id: chain.padEnd(64, '0'), time, host: 'db-0', paths: ['/stage'], tags, tree: 'x' };
  const place = agents.places.get('shop/repo') ?? { snapshots: [], records: undefined };
  place.snapshots.push(full);
  agents.places.set('shop/repo', place);
}

/** From the next tick on. */
function archives(
  { agents, clock }: TestOperator,
  timeline: string,
  more: { continues?: string; follows?: string } = {},
  host = 'db-0',
): void {
  agents.logs.set(host, {
    get log() {
      const until = clock.now().toISOString();
      return { timeline, from: '0-1-1', gtid: `0-1-${Date.parse(until) / 1000}`, until, recent: [], ...more };
    },
  });
}

test('the window is closed from the moment the log goes on from no backup until it goes on from one', async () => {
  const execOps = [
    { alias: 'log', schedule: '*/5 * * * *' },
    { alias: 'weekly', type: 'Full', schedule: '0 0 1 1 *' },
  ];
  const one = await archivingOperator(['db-0'], { execOps });
  try {
    archives(one, 'aaaaaaaa');
    await logTick(one);
    const advice = 'What is committed after the next backup can be; run one: stash backup db --alias weekly';
    assert.deepEqual(await condition(one), {
      is: 'False NoBackupYet',
      message: `no commit can be restored: the log that is archived now (series aaaaaaaa of db-0) goes on from no backup. ${advice}`,
    });
    fullIsStored(one, 'c1');
    archives(one, 'aaaaaaaa', { continues: 'c1.0' });
    await logTick(one);
    assert.equal((await condition(one)).is, 'True LogsGoOn');
    archives(one, 'bbbbbbbb');
    await logTick(one);
    const closed = await condition(one);
    assert.equal(closed.is, 'False NoBackupYet');
    assert.match(
      closed.message,
      /^nothing after \S+Z \(GTID 0-1-\d+\) can be restored: the log that is archived now \(series bbbbbbbb of db-0\)/,
    );
    await logTick(one);
    assert.deepEqual(await condition(one), closed, 'since when does not move');
    fullIsStored(one, 'c2');
    archives(one, 'bbbbbbbb', { continues: 'c2.0' });
    await logTick(one);
    assert.equal((await condition(one)).is, 'True LogsGoOn');
    assert.equal(await one.settle(), 0);
  } finally {
    await one.close();
  }
});

test('the window is open again once the log has passed a newer backup', async () => {
  const one = await archivingOperator(['db-0']);
  try {
    fullIsStored(one, 'c1');
    archives(one, 'aaaaaaaa', { continues: 'c1.0' });
    await logTick(one);
    await one.clock.advance(60_000);
    fullIsStored(one, 'c2');
    const snapshots = one.agents.places.get('shop/repo')?.snapshots ?? [];
    await writeWindow(one.ctx(), { namespace: 'shop', name: 'repo' }, snapshots, []);
    assert.equal((await condition(one)).is, 'False NoLogs');
    archives(one, 'aaaaaaaa', { continues: 'c2.0' });
    await logTick(one);
    assert.equal((await condition(one)).is, 'True LogsGoOn');
  } finally {
    await one.close();
  }
});

test('a series that follows one which goes on from no backup opens nothing', async () => {
  const one = await archivingOperator(['db-0', 'db-1']);
  try {
    one.agents.roles.set('db-1', { role: 'Replica' });
    fullIsStored(one, 'c1');
    archives(one, 'aaaaaaaa', { continues: 'c1.0' });
    await logTick(one);
    archives(one, 'bbbbbbbb');
    await logTick(one);
    one.agents.roles.set('db-0', { role: 'Replica' });
    one.agents.roles.delete('db-1');
    archives(one, 'cccccccc', { follows: 'bbbbbbbb@0-1-5' }, 'db-1');
    await logTick(one);
    const { is, message } = await condition(one);
    assert.equal(is, 'False NoBackupYet');
    assert.match(message, /series cccccccc of db-1/);
    assert.match(message, /run one$/, 'there is no alias that makes one');
  } finally {
    await one.close();
  }
});

test('nothing is said of a log that is archived no more', async () => {
  const one = await archivingOperator(['db-0']);
  try {
    await logTick(one);
    assert.equal((await condition(one)).is, 'False NoBackupYet');
    const [object] = await one.list('BackupConfiguration');
    assert.ok(object);
    await one.store.replace('BackupConfiguration', {
      ...object,
      spec: { ...object.spec, execOps: [{ alias: 'full', schedule: '0 0 1 1 *' }] },
    });
    await one.settle();
    assert.equal((await condition(one)).is, 'False NothingStored');
  } finally {
    await one.close();
  }
});
