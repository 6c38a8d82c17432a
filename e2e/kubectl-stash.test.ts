import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../src/process/run.ts';
import { application, claimOf, DATA } from './harness/applications.ts';
import { configuration, inForce, repository, target } from './harness/backup.ts';
import { apply, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';

const PLUGIN = join(import.meta.dirname, '../bin/kubectl-stash');

test('kubectl stash asks the operator for work, waits for it and shows what agents wrote', async (t) => {
  const namespace = await ownNamespace(t);
  const stash = (...args: string[]) => plugin([...args, '-n', namespace]);
  await repository(namespace, sharedStorage(namespace));
  await apply(
    namespace,
    application('StatefulSet', 'shop'),
    claimOf('look'),
    configuration('shop', { target: target('StatefulSet', 'shop', { volumeMounts: [{ name: 'data', mountPath: DATA }], paths: [DATA] }) }),
  );
  await inForce(namespace, 'shop', 'statefulset/shop');

  const doctor = await stash('doctor', '-o', 'json');
  const checks: { name: string; result: string }[] = JSON.parse(doctor.stdout).checks;
  for (const name of ['API server', 'definitions', 'operator'])
    assert.equal(checks.find((one) => one.name === name)?.result, 'ok', doctor.stdout);

  const backup = await stash('backup', 'shop', '--wait', '--timeout', '3m', '-o', 'json');
  assert.equal(backup.code, 0, backup.stderr);
  const session = JSON.parse(backup.stdout);
  assert.equal(session.status.phase, 'Succeeded');
  const name: string = session.metadata.name;
  const logs = await stash('logs', name);
  assert.match(logs.stdout, /upload repo started\n[\s\S]*upload repo done/, logs.stderr);
  assert.equal((await stash('logs', name, '-f')).stdout.includes('upload repo done'), true);
  assert.match((await stash('check', 'repo', '--timeout', '3m')).stdout, /Check of repo: /);
  assert.match((await stash('upgrade-agents', 'sts/shop')).stdout, /has agents of .* already/);

  const restore = await stash('restore', 'shop', '--to', 'pvc/look', '--wait', '--timeout', '3m', '-o', 'json');
  assert.equal(restore.code, 0, restore.stderr);
  const restored: string = JSON.parse(restore.stdout).metadata.name;
  assert.match((await stash('logs', restored)).stdout, /fetch done/);
  await kubectl(['delete', 'pods', '--namespace', namespace, '--selector', 'app.kubernetes.io/managed-by=stash.appscode.com']);
  assert.match((await stash('logs', restored)).stderr, /nothing is left of host-0: its pod is gone/);

  const gone = await stash('delete', 'bc', 'shop', '--timeout', '2m');
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((await stash('get', 'bc', 'shop')).code, 3);
});

async function plugin(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));
  const ran = await run({ command: PLUGIN, args, env, signal: AbortSignal.timeout(240_000), stdoutTailBytes: 4 * 1024 * 1024 });
  return { code: ran.exitCode, stdout: ran.stdoutTail, stderr: ran.stderrTail };
}
