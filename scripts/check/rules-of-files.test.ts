import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExamples } from './examples.ts';
import { checkFileSizes } from './file-sizes.ts';
import { checkForeignPlaces } from './foreign-places.ts';

const file = (name: string, lines: number) => ({ name, text: 'x\n'.repeat(lines) });

test('a tree of small files is accepted', () => {
  assert.deepEqual(checkFileSizes([file('src/a.ts', 90), file('src/b.ts', 20), file('docs/long.md', 2000)]).problems, []);
});

test('a file over 500 lines, a large median and too many large files are refused', () => {
  const { problems } = checkFileSizes([file('src/a.ts', 501), file('src/b.ts', 120), file('src/c.test.ts', 120)]);
  assert.equal(problems.length, 3);
  assert.match(problems[0] ?? '', /^src\/a\.ts: 501 lines/);
  assert.match(problems[1] ?? '', /median file has 120 lines/);
  assert.match(problems[2] ?? '', /1 of 3 files .* src\/a\.ts \(501\)/);
});

test('generated files may be long, and a name that says nothing is refused', () => {
  assert.deepEqual(checkFileSizes([file('src/api/schema.generated.ts', 5000)]).problems, []);
  assert.match(checkFileSizes([file('src/rules/utils.ts', 10)]).problems[0] ?? '', /^src\/rules\/utils\.ts: this name/);
});

test('places of one machine and hosts of registries are found, with their line', () => {
  const machine = ['', 'work', 'main'].join('/');
  const registry = ['registry', 'npmjs', 'org'].join('.');
  const { problems } = checkForeignPlaces([{ name: 'a.md', text: `fine\ncd ${machine}\nfrom ${registry}\n` }]);
  assert.deepEqual(
    problems.map((problem) => problem.split(' is ')[0]),
    [`a.md:2: "${machine}"`, `a.md:3: "${registry}"`],
  );
});

test('ordinary paths are not taken for places of one machine', () => {
  assert.deepEqual(
    checkForeignPlaces([{ name: 'a.md', text: '/var/lib/mysql ./work/x ${dir}/work/x https://x.example/work/y framework/x\n' }]).problems,
    [],
  );
});

const good = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {RESTIC_PASSWORD: x}\n';

test('manifests of examples and of whole blocks in documents are validated; parts of manifests are not', () => {
  const markdown = `# A\n\n\`\`\`yaml\n${good}spec: {}\n\`\`\`\n\n\`\`\`yaml\nspec: {nonsense: 1}\n\`\`\`\n`;
  const { note, problems } = checkExamples([
    { name: 'examples/a.yaml', text: good },
    { name: 'README.md', text: markdown },
  ]);
  assert.equal(note, '2 manifests');
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^README\.md:4: .*spec/);
});
