import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_HEADER, PROTOCOL } from '../src/orders/protocol.ts';
import { apply, get, kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { SYSTEM } from './harness/release.ts';
import { waitFor } from './harness/wait-for.ts';

/** Asks as agents do, and tells the status of each answer. Who forges does not care whom he asks, so it trusts anybody. */
const ASK = `
const https = require('node:https'), fs = require('node:fs');
const tokenOf = (name) => (name === 'forged' ? 'e30.e30.e30' : fs.readFileSync('/tokens/' + name, 'utf8'));
const ask = ([name, agent]) => new Promise((resolve, reject) => {
  const authorization = name === 'none' ? {} : { authorization: 'Bearer ' + tokenOf(name) };
  const headers = { 'content-type': 'application/json', '${AGENT_HEADER}': agent, ...authorization };
  const said = (answer) => { answer.resume(); resolve(answer.statusCode); };
  const asked = https.request('${`https://stash-agents.${SYSTEM}.svc:8443/v1/agents/poll`}', { method: 'POST', headers, rejectUnauthorized: false }, said);
  asked.on('error', reject).end(JSON.stringify({ protocol: ${PROTOCOL}, agent, instance: 'e2e', reports: [], ended: [], waitMs: 0 }));
});
Promise.all(process.argv.slice(1).map((text) => ask(text.split(' ')))).then((all) => process.stdout.write(JSON.stringify(all)));`;

test('a pod is admitted as the agent that it is, and as no other; other tokens are nobody’s', async (t) => {
  const namespace = await ownNamespace(t);
  const own = `pod/${namespace}/dev/stash`;
  const asked: [token: string, agent: string, status: number][] = [
    ['stash', own, 200],
    ['stash', `pod/${namespace}/another/stash`, 403],
    ['stash', `pod/another/dev/stash`, 403],
    ['stash', `gate/another/dev`, 403],
    ['stash', `job/${namespace}/stash-backup-x`, 403],
    ['stash', `repository/${namespace}/repo`, 403],
    ['stash', `restore/${namespace}/StatefulSet/shop/host-0`, 403],
    ['another', own, 401],
    ['forged', own, 401],
    ['none', own, 401],
  ];
  const args = asked.map(([token, agent]) => `${token} ${agent}`);
  await apply(namespace, pod(args));
  const read = async () => (await get('pod', 'dev', namespace))?.status?.phase as string | undefined;
  await waitFor('the pod has ended', read, (one) => one === 'Succeeded' || one === 'Failed', { seconds: 120 });
  const answers = JSON.parse(await kubectl(['logs', 'dev', '--namespace', namespace])) as number[];
  const told = asked.map(([token, agent], index) => [token, agent, answers[index]]);
  assert.deepEqual(told, asked);
});

function pod(args: string[]): object {
  const token = (audience: string) => ({ serviceAccountToken: { audience, path: audience } });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'dev' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'dev',
          image: process.env.STASH_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', ASK, ...args],
          volumeMounts: [{ name: 'tokens', mountPath: '/tokens' }],
        },
      ],
      volumes: [{ name: 'tokens', projected: { sources: [token('stash'), token('another')] } }],
    },
  };
}
