import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppBinding } from '../api/app-binding.ts';
import { validate } from '../api/validate.ts';
import { isCode } from '../errors/error.ts';
import { serverDirectory, serverOf, serversOf } from './replicated-servers.ts';

const application = (servers: unknown) =>
  ({
    apiVersion: 'appcatalog.appscode.com/v1alpha1',
    kind: 'AppBinding',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { clientConfig: { service: { name: 'db' } }, parameters: { stash: { servers } } },
  }) as AppBinding;
const two = [
  { name: 'db-0', url: 'unix(/run/0.sock)/', datadir: '/srv/0' },
  { name: 'db-1', url: 'tcp(127.0.0.1:3307)/' },
];

test('each host is reached at its own server', () => {
  assert.deepEqual(serverOf(application(two), 'db-1').spec.clientConfig, { url: 'tcp(127.0.0.1:3307)/' });
  assert.deepEqual([serverDirectory(application(two), 'db-0'), serverDirectory(application(two), 'db-1')], ['/srv/0', undefined]);
  assert.throws(
    () => serverOf(application(two), 'db-2'),
    (thrown) => isCode(thrown, 'NotFound') && /"db-2"/.test(thrown.message),
  );
});

test('an AppBinding without servers is itself what is reached', () => {
  const plain = application(undefined);
  assert.equal(serverOf(plain, 'host-0'), plain);
  assert.equal(serversOf(plain), undefined);
});

const wrong: [what: string, servers: unknown, path: string, message: RegExp][] = [
  ['is no list', 'db-0', 'spec.parameters.stash.servers', /must be a list of servers/],
  ['is empty', [], 'spec.parameters.stash.servers', /must be a list/],
  ['has text for a server', ['db-0'], 'spec.parameters.stash.servers[0]', /must be an object/],
  ['has a name that is no DNS label', [{ ...two[0], name: 'DB_0' }], 'spec.parameters.stash.servers[0].name', /DNS label/],
  ['has the name of the records', [{ ...two[0], name: 'stash-records' }], 'spec.parameters.stash.servers[0].name', /DNS label/],
  ['has no url', [{ name: 'db-0' }], 'spec.parameters.stash.servers[0].url', /where the server listens/],
  ['has a relative directory', [{ ...two[0], datadir: 'data' }], 'spec.parameters.stash.servers[0].datadir', /absolute/],
  ['has a field too many', [{ ...two[0], port: 3306 }], 'spec.parameters.stash.servers[0].port', /name, url and datadir are/],
  ['has a name twice', [two[0], { ...two[1], name: 'db-0' }], 'spec.parameters.stash.servers[1]', /name or the url of .*\[0\]/],
  ['has one server twice', [two[0], { ...two[1], url: two[0]?.url }], 'spec.parameters.stash.servers[1]', /name or the url of .*\[0\]/],
];
for (const [what, servers, path, message] of wrong)
  test(`A list of servers that ${what} is refused, with the path`, () => {
    const checked = validate(application(servers));
    assert.ok(!checked.ok);
    assert.equal(checked.problems[0]?.path, path);
    assert.match(checked.problems[0]?.message ?? '', message);
    assert.throws(
      () => serversOf(application(servers)),
      (thrown) => isCode(thrown, 'Invalid') && thrown.message.includes(path),
    );
  });

test('an address that is not understood is refused before anybody connects', () => {
  assert.throws(() => serversOf(application([{ name: 'db-0', url: 'nowhere' }])), /servers\[0\]\.url: "nowhere" is not understood/);
});
