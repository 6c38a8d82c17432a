import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AppBinding } from '../api/app-binding.ts';
import { isCode } from '../errors/error.ts';
import { createLogger } from '../runtime/log.ts';
import { connectionOf } from './connection.ts';
import { openRepository } from './repository/open.ts';
import { applyBasics, manifest } from './testing/manifests.ts';
import { testOperator } from './testing/operator.ts';

const operator = await testOperator();
after(() => operator.close());
await applyBasics(operator.store);
await operator.store.create('Secret', {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'shop', name: 'login' },
  data: { username: Buffer.from('stash').toString('base64'), password: Buffer.from('hunter22').toString('base64') },
});

function binding(url: string): AppBinding {
  return manifest({
    apiVersion: 'appcatalog.appscode.com/v1alpha1',
    kind: 'AppBinding',
    metadata: { namespace: 'shop', name: 'db' },
    spec: { type: 'mariadb', clientConfig: { url }, secret: { name: 'login' } },
  }) as AppBinding;
}

function context() {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format: 'json', clock: operator.clock, write: (line) => lines.push(line) });
  return { ctx: { ...operator.ctx(), log }, lines };
}

test('what was read to open a repository or a database does not appear in the log from then on', async () => {
  const { ctx, lines } = context();
  await openRepository(ctx, { namespace: 'shop', name: 'repo' }, 'shop');
  const connection = await connectionOf(ctx, binding('tcp(127.0.0.1:3306)/'));
  assert.equal(connection.password, 'hunter22');
  ctx.log.info('opened with changeit', { connection });
  assert.doesNotMatch(lines.join(''), /changeit|hunter22/);
  assert.match(lines.join(''), /127\.0\.0\.1/);
});

for (const url of ['root:s3cret@tcp(127.0.0.1:3306)/', 'mysql://root:s3cret@127.0.0.1:3306/', 'root:s@cr/et@tcp(127.0.0.1:3306)/']) {
  test(`an AppBinding with a password in ${url} is refused, and the password is not shown`, async () => {
    await assert.rejects(
      connectionOf(context().ctx, binding(url)),
      (error) => isCode(error, 'Invalid') && !/s3cret|s@cr/.test(error.message) && /shop\/db.*clientConfig/.test(error.message),
    );
  });
}

for (const url of ['tcp(127.0.0.1:3306)/', 'stash@tcp(127.0.0.1:3306)/', 'mysql://127.0.0.1:3306/?about=a@b', 'unix(/run/a:b@c.sock)/']) {
  test(`an AppBinding without a password in ${url} is used`, async () => {
    assert.equal((await connectionOf(context().ctx, binding(url))).username, 'stash');
  });
}
