import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CliProcess, cliProcess } from './testing/cli-process.ts';
import { DOCS } from './testing/manifests.ts';

let stash: CliProcess;

before(async () => {
  stash = await cliProcess();
});
after(() => stash.dispose());

test('without a store a mistyped directory is told; a dry run needs none and makes none', async () => {
  const get = await stash.run(['get', 'bc']);
  assert.equal(get.code, 6);
  assert.match(get.stderr, /there is no store in .*data \(StoreUnavailable\)/);
  const dry = await stash.run(['apply', '-f', '-', '--dry-run'], { stdin: DOCS });
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^backupconfiguration.stash.appscode.com\/docs created \(dry run\)$/m);
  assert.equal((await stash.run(['get', 'bc'])).code, 6);
});

test('apply writes nothing when one document is wrong, and names every problem with its place', async () => {
  const wrong = DOCS.replace('schedule: "@daily"', 'schedule: "0 0 31 2 *"')
    .replace('Europe/Berlin', 'Europe/Nowhere')
    .replace('keepLast:', 'keepLasst:');
  const applied = await stash.run(['apply', '-f', '-'], { stdin: wrong });
  assert.equal(applied.code, 4);
  const line = wrong.split('\n').findIndex((one) => one.includes('keepLasst')) + 1;
  assert.match(applied.stderr, new RegExp(`stdin:${line}: BackupConfiguration/docs: spec\\.retentionPolicy.*keepLasst`));
  const schedules = await stash.run(['apply', '-f', '-'], { stdin: wrong.replace('keepLasst', 'keepLast') });
  assert.match(schedules.stderr, /spec\.execOps\[0\]\.schedule.*never runs/);
  assert.match(schedules.stderr, /spec\.timeZone.*Europe\/Nowhere/);
  const left = await stash.run(['get', 'repo,secret,bc', '-o', 'name']);
  assert.equal(left.stdout, '');
});

test('apply says which schedules lack quotes', async () => {
  for (const [bare, quoted] of [
    ['@daily', '"@daily"'],
    ['*/15', '"*/15"'],
  ] as const) {
    const manifest = `apiVersion: stash.appscode.com/v1beta1\nkind: BackupConfiguration\nmetadata: {name: x}\nspec:\n  schedule: ${bare}\n`;
    const applied = await stash.run(['apply', '-f', '-'], { stdin: manifest });
    assert.equal(applied.code, 4);
    assert.ok(applied.stderr.includes(`stdin:5: a value that begins with "${bare[0]}" needs quotes: write ${quoted}`), applied.stderr);
  }
});

test('apply creates, then changes, then leaves alone; get and describe show it, no secret value anywhere', async () => {
  const file = join(stash.dir, 'docs.yaml');
  await writeFile(file, DOCS);
  const created = await stash.run(['apply', '-f', file]);
  assert.equal(created.code, 0, created.stderr);
  assert.match(created.stdout, /^secret\/repo-secret created$/m);
  assert.match((await stash.run(['apply', '-f', file])).stdout, /docs unchanged/);
  const changed = await stash.run(['apply', '-f', '-'], { stdin: DOCS.replace('keepLast: 5', 'keepLast: 6') });
  assert.match(changed.stdout, /^backupconfiguration.stash.appscode.com\/docs configured$/m);
  assert.match(changed.stdout, /^secret\/repo-secret unchanged$/m);

  const table = await stash.run(['get', 'bc', '-l', 'app=docs']);
  assert.match(table.stdout, /^NAME +TARGET-KIND/);
  assert.match(table.stdout, /^docs +Host +docs/m);
  const json = JSON.parse((await stash.run(['get', 'backupconfiguration/docs', '-o', 'json'])).stdout);
  assert.equal(json.spec.retentionPolicy.keepLast, 6);
  const described = await stash.run(['describe', 'bc', 'docs']);
  assert.match(described.stdout, /^ {2}restoreTask +RestoreTest +NotSupportedYet/m);

  const secrets = await Promise.all([
    ...['yaml', 'json', 'wide', 'name'].map((format) => stash.run(['get', 'secrets', '-A', '-o', format])),
    stash.run(['describe', 'secret', 'repo-secret']),
  ]);
  for (const { stdout, stderr } of [...secrets, created, described]) {
    for (const value of ['not-to-be-seen', Buffer.from('not-to-be-seen').toString('base64')])
      assert.ok(!`${stdout}${stderr}`.includes(value));
  }
});

test('folders are applied file by file, below them only with -R', async () => {
  const folder = join(stash.dir, 'folder');
  await mkdir(join(folder, 'below'), { recursive: true });
  const map = (name: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`;
  await writeFile(join(folder, 'b.yaml'), map('b'));
  await writeFile(join(folder, 'a.yml'), map('a'));
  await writeFile(join(folder, 'notes.txt'), 'not a manifest');
  await writeFile(join(folder, 'below', 'c.json'), '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}');
  assert.equal((await stash.run(['apply', '-f', folder, '-n', 'files', '-o', 'name'])).stdout, 'configmap/a\nconfigmap/b\n');
  assert.match((await stash.run(['apply', '-R', '-f', folder, '-n', 'files'])).stdout, /configmap\/c created/);
  assert.equal((await stash.run(['get', 'cm', '-n', 'files', '-o', 'name'])).stdout, 'configmap/a\nconfigmap/b\nconfigmap/c\n');
});

test('errors end with the exit codes that are documented', async () => {
  const cases: [args: string[], code: number, text: RegExp][] = [
    [['get', 'bc', 'nope'], 3, /there is no backupconfiguration.* "nope"/],
    [['get', 'bc', 'doccs'], 3, /did you mean "docs"\?/],
    [['get', 'bc', 'docs', '-n', 'other'], 3, /there is one in namespace "default"/],
    [['get', 'xyz'], 2, /there is no kind "xyz"/],
    [['get', 'bc', '--nope'], 2, /unknown option '--nope'/],
    [['gett'], 2, /unknown command 'gett'[\s\S]*Did you mean get\?/],
    [['get', 'bc', '-o', 'xml'], 2, /-o xml is not known/],
    [['backup', 'docs'], 2, /its aliases are full, incremental, restoreTask/],
    [['backup', 'docs', '--alias', 'nope'], 3, /has no alias "nope"; its aliases are/],
    [['backup', 'docs', '--alias', 'full', '--wait'], 6, /none runs on/],
    [['check', 'local-repo'], 6, /none runs on/],
    [['restore', 'nope'], 3, /no BackupConfiguration and no Repository "nope"/],
    [['delete', 'bc'], 2, /say which ones/],
    [['apply', '-f', '/does/not/exist.yaml'], 3, /there is no file or folder/],
    [['logs', 'nope'], 3, /there is no session "nope"/],
  ];
  await Promise.all(
    cases.map(async ([args, code, text]) => {
      const ended = await stash.run(args);
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
      assert.match(ended.stderr, text);
      assert.equal(ended.stdout, '');
    }),
  );
});

test('--json prints the error as one JSON object', async () => {
  const ended = await stash.run(['get', 'bc', 'nope', '--json']);
  const { error } = JSON.parse(ended.stderr);
  assert.equal(error.code, 'NotFound');
  assert.ok(error.message && error.remedy);
  assert.equal(JSON.parse((await stash.run(['--json', 'nope'])).stderr).error.code, 'Usage');
});

test('pause and resume change the whole configuration or one alias, and schedule shows it', async () => {
  assert.match((await stash.run(['pause', 'docs', '--alias', 'full'])).stdout, /docs alias full paused/);
  const one = JSON.parse((await stash.run(['schedule', 'docs', '-o', 'json', '--count', '200'])).stdout);
  assert.ok(one.runs.some((run: { alias: string; would: string }) => run.alias === 'full' && run.would === 'paused'));
  assert.ok(one.runs.some((run: { alias: string; would: string }) => run.alias === 'incremental' && run.would === 'run'));
  await stash.run(['pause', 'docs']);
  const all = JSON.parse((await stash.run(['schedule', 'docs', '-o', 'json'])).stdout);
  assert.ok(all.runs.every((run: { would: string }) => run.would === 'paused'));
  assert.match((await stash.run(['resume', 'docs', '--alias', 'full'])).stderr, /is still paused/);
  await stash.run(['resume', 'docs']);
  assert.match((await stash.run(['schedule', 'docs'])).stdout, /^full +Full +@daily +0 0 \* \* \* +Europe\/Berlin +run$/m);
});

test('a backup that was asked for is a session with alias, trigger and owner; it goes with its configuration', async () => {
  const asked = await stash.run(['backup', 'docs', '--alias', 'full', '-o', 'json']);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stderr, /waits until it is started/);
  const session = JSON.parse(asked.stdout);
  assert.deepEqual([session.spec.alias, session.spec.trigger, session.spec.invoker.name], ['full', 'Manual', 'docs']);
  assert.equal(session.metadata.labels['stash.appscode.com/alias'], 'full');
  assert.match(session.metadata.name, /^docs-full-\d{14}-[a-z0-9]{5}$/);
  assert.equal((await stash.run(['delete', 'bc', 'docs', '--timeout', '10s'])).code, 0);
  assert.equal((await stash.run(['get', 'bs', '-o', 'name'])).stdout, '');
});

test('--version prints what the command version prints', async () => {
  const [option, command] = await Promise.all([stash.run(['--version']), stash.run(['version'])]);
  assert.equal(option.code, 0, option.stderr);
  assert.match(option.stdout, /^stash \d+\.\d+\.\d+ \(Node \d+/);
  assert.equal(option.stdout, command.stdout);
});

test('help names the exit codes, and every command has its own help', async () => {
  const help = await stash.run(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Exit codes:\n {2}0 +success/);
  const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name ?? '');
  for (const name of ['up', 'apply', 'get', 'describe', 'delete', 'snapshots', 'backup', 'restore', 'logs', 'schedule', 'doctor']) {
    assert.ok(commands.includes(name), `${name} is not in the help`);
  }
  const pages = await Promise.all(commands.filter((name) => name !== 'help').map((name) => stash.run([name, '--help'])));
  for (const page of pages) assert.match(page.stdout, /^Usage: stash /);
});
