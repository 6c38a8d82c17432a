import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppBinding } from '../../api/app-binding.ts';
import { isCode } from '../../errors/error.ts';
import type { RestoreRun } from './restore-run.ts';
import { chosenServers, serverPlace } from './servers.ts';

const application = (servers: object[]) =>
  ({
    kind: 'AppBinding',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { type: 'mariadb', clientConfig: {}, parameters: { stash: { servers } } },
  }) as unknown as AppBinding;
const servers = [
  { name: 'db-0', url: 'unix(/run/0.sock)/', datadir: '/srv/0' },
  { name: 'db-1', url: 'unix(/run/1.sock)/' },
];

function run(rules: object[], more: { spec?: object; alias?: string; place?: string } = {}): RestoreRun {
  const target = { ref: { kind: 'AppBinding', name: 'orders' }, rules, ...(more.alias === undefined ? {} : { alias: more.alias }) };
  const session = { metadata: { namespace: 'shop' }, spec: { target, ...more.spec } };
  const ctx = { platform: { place: more.place ?? 'Machine' }, store: { get: async () => application(servers) } };
  return { ctx, session, target: { kind: 'AppBinding', namespace: 'shop', name: 'orders' } } as unknown as RestoreRun;
}

const stop = { spec: { stopCommand: ['stop'] } };
const cases: [what: string, run: RestoreRun, destination: string | undefined, expected: string[] | RegExp][] = [
  ['no server is named', run([]), undefined, /AppBinding orders has the servers db-0, db-1, and nothing says which/],
  ['a rule is for all that nobody names', run([{ sourceHost: 'db-1' }]), undefined, /nothing says which/],
  ['one is named', run([{ targetHosts: ['db-1'] }], stop), undefined, ['db-1']],
  ['one is named that is none', run([{ targetHosts: ['db-2'] }]), undefined, /targetHosts has "db-2".*db-0, db-1/],
  ['two are named', run([{ targetHosts: ['db-0', 'db-1'] }]), undefined, ['db-0', 'db-1']],
  ['two are named with one command to stop them', run([{ targetHosts: ['db-0', 'db-1'] }], stop), undefined, /one's/],
  ['it goes into a directory', run([]), '/srv/look', ['db-0']],
  ['the target has an alias', run([], { alias: 'orders' }), undefined, /alias: "orders" names no host/],
  ['it is on a cluster', run([], { place: 'Cluster' }), undefined, /in a cluster the pods of a workload are its hosts/],
];
for (const [what, made, destination, expected] of cases)
  test(`Of several servers, where ${what}`, async () => {
    if (Array.isArray(expected)) assert.deepEqual(await chosenServers(made, destination), expected);
    else await assert.rejects(chosenServers(made, destination), (thrown) => isCode(thrown, 'Invalid') && expected.test(thrown.message));
  });

test('a backup of another server goes into the directory that its AppBinding names, or nowhere', () => {
  const orders = application(servers);
  assert.equal(serverPlace(orders, 'db-0', ['db-1']), '/srv/0');
  assert.equal(serverPlace(orders, 'db-1', ['db-1']), undefined);
  assert.throws(() => serverPlace(orders, 'db-1', ['db-0']), /db-1 would be restored from a backup of db-0/);
  assert.equal(serverPlace(undefined, 'host-0', ['host-1']), undefined);
});
