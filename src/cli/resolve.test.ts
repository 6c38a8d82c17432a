import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND_NAMES, KINDS } from '../api/kinds.ts';
import { isCode } from '../errors/error.ts';
import { kindText, parseRef, parseWanted, resolveKind, resolveKinds } from './resolve.ts';

const SPELLINGS: [text: string, kind: string][] = [
  ['backupconfigurations', 'BackupConfiguration'],
  ['BackupConfiguration', 'BackupConfiguration'],
  ['bc', 'BackupConfiguration'],
  ['BC', 'BackupConfiguration'],
  ['bb', 'BackupBlueprint'],
  ['repo', 'Repository'],
  ['repository.stash.appscode.com', 'Repository'],
  ['restore', 'RestoreSession'],
  ['secrets', 'Secret'],
];

for (const [text, kind] of SPELLINGS) {
  test(`${text} means ${kind}`, () => {
    assert.equal(resolveKind(text), kind);
  });
}

test('no two kinds share a spelling', () => {
  const all = KIND_NAMES.flatMap((kind) => [...new Set([KINDS[kind].plural, KINDS[kind].singular, ...KINDS[kind].shortNames])]);
  assert.equal(new Set(all).size, all.length);
});

test('a mistyped kind is told with the one that was meant', () => {
  assert.throws(
    () => resolveKind('repositorys'),
    (error) => isCode(error, 'Usage') && /did you mean "repositor/.test(error.message),
  );
});

test('"all" means every kind of ours and no secret', () => {
  const kinds = resolveKinds('all');
  assert.ok(kinds.includes('Repository') && kinds.includes('AppBinding') && !kinds.includes('Secret') && !kinds.includes('Event'));
});

test('names follow one kind, or each carries its own', () => {
  const wanted = {
    kinds: ['Repository'],
    named: [
      { kind: 'Repository', name: 'a' },
      { kind: 'Repository', name: 'b' },
    ],
  };
  assert.deepEqual(parseWanted(['repo', 'a', 'b']), wanted);
  assert.deepEqual(parseWanted(['repo/a', 'repository/b']), wanted);
  assert.deepEqual(parseWanted(['bc,repo']), { kinds: ['BackupConfiguration', 'Repository'] });
});

for (const args of [[], ['bc,repo', 'x'], ['repo/a/b'], ['/a'], ['repo/'], ['repo/a', 'b']]) {
  test(`${JSON.stringify(args)} is refused`, () => {
    assert.throws(
      () => parseWanted(args),
      (error) => isCode(error, 'Usage'),
    );
  });
}

test('a reference without a kind falls back to the one that is usual there', () => {
  assert.deepEqual(parseRef('x', 'BackupConfiguration'), { kind: 'BackupConfiguration', name: 'x' });
  assert.deepEqual(parseRef('backupbatch/x', 'BackupConfiguration'), { kind: 'BackupBatch', name: 'x' });
});

test('kinds are printed as kubectl prints them', () => {
  assert.equal(kindText('Repository'), 'repository.stash.appscode.com');
  assert.equal(kindText('Secret'), 'secret');
});
