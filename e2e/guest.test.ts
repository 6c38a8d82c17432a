import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, get, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { waitFor } from './harness/wait-for.ts';

/** One static program and nothing else: no C library, no shell, no /etc, no /tmp. Every node has it. */
const EMPTY_IMAGE = process.env.STASH_E2E_EMPTY_IMAGE ?? 'registry.k8s.io/pause:3.10';

/** Runs in the empty image, by the Node that was copied there. */
const PROBE = `
const { execFileSync, spawnSync } = require('node:child_process');
const { lookup } = require('node:dns/promises');
const { writeFileSync } = require('node:fs');
const tried = (work) => { try { return String(work()); } catch (error) { return error.code; } };
lookup('kubernetes.default.svc').then(({ family }) => console.log(JSON.stringify({
  program: process.execPath,
  uid: process.getuid(),
  restic: tried(() => execFileSync('/stash/bin/restic', ['version'])),
  itself: tried(() => execFileSync(process.execPath, ['-p', '1 + 1'])),
  built: spawnSync('/stash/bin/stash-function', ['none']).status,
  wrote: tried(() => writeFileSync('/stash/x', '')),
  root: tried(() => writeFileSync('/x', '')),
  resolved: family,
})));`;

test('an agent runs in an image without anything in it, as anybody, without rights and without a place to write to', async (t) => {
  const namespace = await ownNamespace(t);
  await apply(namespace, guestPod());
  const phase = async () => (await get('pod', 'guest', namespace))?.status;
  await waitFor('the guest has ended', phase, (status) => ['Succeeded', 'Failed'].includes(status?.phase), { seconds: 60 });
  const log = await kubectl(['logs', 'guest', '--namespace', namespace, '--container', 'guest']);
  const { restic, ...rest } = JSON.parse(log) as Record<string, unknown>;
  assert.match(String(restic), /^restic 0\.(19|[2-9]\d)\./);
  assert.deepEqual(rest, {
    program: '/stash/bin/node',
    uid: 12345,
    itself: '2\n',
    // The wrong name of a built-in function: it was loaded and says so.
    built: 64,
    wrote: 'EROFS',
    root: 'EROFS',
    resolved: 4,
  });
});

function guestPod(): object {
  const security = { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const [command, ...args] = ['/stash/bin/node', '-e', PROBE];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'guest' },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 12345, runAsGroup: 12345, seccompProfile: { type: 'RuntimeDefault' } },
      initContainers: [
        {
          name: 'stash-install',
          image: process.env.STASH_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['stash-install', '/payload'],
          securityContext: security,
          volumeMounts: [{ name: 'payload', mountPath: '/payload' }],
        },
      ],
      containers: [
        {
          name: 'guest',
          image: EMPTY_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: [command],
          args,
          securityContext: security,
          volumeMounts: [{ name: 'payload', mountPath: '/stash', readOnly: true }],
        },
      ],
      volumes: [{ name: 'payload', emptyDir: { sizeLimit: '400Mi' } }],
    },
  };
}
