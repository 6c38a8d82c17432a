import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KindMap } from '../../src/api/kinds.ts';
import type { Machine } from '../../src/platform/local/testing/machine.ts';
import { configuration, localRepository, restore, secret, session } from '../../src/platform/local/testing/manifests.ts';
import { quickRepository } from '../../src/platform/local/testing/repository.ts';

/**
 * Starts a machine so that it serves metrics, with a backup that succeeded (`docs`), one that failed (`broken`), one that is under way (`docs` again), a
 * configuration that cannot run (`lost`), one whose alias is not supported (`later`), a restore that failed (`back`) and a repository that
 * cannot be used (`gone`).
 */
export async function makeHistory(stash: Machine): Promise<void> {
  quickRepository(join(stash.dir, 'repository'));
  const data = join(stash.dir, 'docs');
  mkdirSync(data);
  writeFileSync(join(data, 'file'), 'content');
  writeFileSync(join(stash.dir, 'no-folder'), '');
  await stash.apply(
    secret('secret'),
    localRepository('repo', join(stash.dir, 'repository')),
    localRepository('gone', join(stash.dir, 'no-folder', 'repository')),
    configuration('docs', 'repo', [data], { execOps: [{ alias: 'full', schedule: '0 0 1 1 *' }] }),
    configuration('broken', 'repo', [join(stash.dir, 'not-there')]),
    configuration('lost', 'nowhere', [data]),
    configuration('later', 'repo', [data], { execOps: [{ alias: 'full' }, { alias: 'log', schedule: '* * * * *' }] }),
  );
  await stash.up('--metrics-address', '0');
  await stash.apply(session('good', 'docs'), session('bad', 'broken'));
  await stash.backedUp('good');
  await stash.backedUp('bad');
  await stash.apply(restore('back', 'repo', 'docs'));
  await stash.restored('back');
  await stash.until('Repository', 'gone', 'NotReady', (one) => one?.status?.phase === 'NotReady');
  await stash.until('BackupConfiguration', 'lost', 'NotReady', (one) => one?.status?.phase === 'NotReady');
  const check = await stash.stash('check', 'repo');
  if (check.code !== 0) throw new Error(check.stderr);
  const held = stash.restic.hold('backup');
  await stash.apply(session('open', 'docs'));
  await held.reached();
  await comeLater(stash);
}

/** Status that controllers of later releases write: it is put into real objects, so that what asks for it has something to find. */
async function comeLater({ store, until }: Machine): Promise<void> {
  const hour = (ago: number) => new Date(Date.now() - ago * 3_600_000).toISOString();
  const condition = (type: string, status: 'True' | 'False', reason: string) => ({
    type,
    status,
    reason,
    message: '',
    lastTransitionTime: hour(0),
  });
  await change('BackupConfiguration', 'docs', (status) => ({
    ...status,
    conditions: [
      ...(status.conditions ?? []),
      condition('ProofFresh', 'False', 'TestFailed'),
      condition('SidecarContested', 'True', 'Contested'),
    ],
    recoverable: [{ from: hour(3), to: hour(1), host: 'docs', repository: 'default/repo', provenAt: hour(2) }],
    objectives: { rpo: { objective: '5m', measured: '1h', met: false }, rto: { objective: '30m', measured: '3m12s', met: true } },
  }));
  await change('BackupSession', 'good', (status) => ({
    ...status,
    targets: (status.targets ?? []).map((target) => ({
      ...target,
      stats: (target.stats ?? []).map((host) => ({
        ...host,
        operation: { requested: 'Incremental' as const, performed: 'Full' as const, reason: 'NoSnapshot' },
      })),
    })),
  }));
  await change('Repository', 'repo', (status) => ({
    ...status,
    integrity: false,
    conditions: [
      ...(status.conditions ?? []).filter(({ type }) => type !== 'RepositoryLocked'),
      condition('RepositoryLocked', 'True', 'LockedByOther'),
    ],
  }));

  async function change<K extends 'BackupConfiguration' | 'BackupSession' | 'Repository'>(
    kind: K,
    name: string,
    to: (status: NonNullable<KindMap[K]['status']>) => object,
  ): Promise<void> {
    const found = await until(kind, name, 'there', () => true);
    await store.replaceStatus(kind, { ...found, status: to(found.status ?? {}) });
  }
}
