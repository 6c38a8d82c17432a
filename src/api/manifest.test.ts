import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifests } from './manifest.ts';

const read = (text: string) => readManifests(text, 'file.yaml');

const placed = (documents: ReturnType<typeof read>['documents']) => documents.map(({ object, line }) => ({ object, line }));

test('reads several documents, leaves out empty ones and says where each begins', () => {
  const { documents } = read('# first\n---\nkind: A\n---\n---\n# nothing\n---\n{"kind": "B"}\n');
  assert.deepEqual(placed(documents), [
    { object: { kind: 'A' }, line: 3 },
    { object: { kind: 'B' }, line: 8 },
  ]);
});

test('opens lists', () => {
  const { documents } = read('apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n---\nkind: RepositoryList\nitems: []\n');
  assert.deepEqual(placed(documents), [
    { object: { kind: 'A' }, line: 4 },
    { object: { kind: 'B' }, line: 5 },
  ]);
});

test('follows anchors and merges', () => {
  const { documents } = read('a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n');
  assert.deepEqual(documents[0]?.object, { a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } });
});

test('leaves times and words such as on alone', () => {
  assert.deepEqual(read('{time: 2026-11-22T10:15:00Z, on: [yes]}').documents[0]?.object, { time: '2026-11-22T10:15:00Z', on: ['yes'] });
});

test('reads nothing out of nothing', () => {
  for (const text of ['', '\n', '---\n', '# note\n']) assert.deepEqual(read(text), { documents: [], problems: [] });
});

const REFUSED: [string, string, [number, string][]][] = [
  ['a schedule macro without quotes', 'spec:\n  schedule: @daily\n', [[2, 'a value that begins with "@" needs quotes: write "@daily"']]],
  ['minutes without quotes', 'spec:\n  schedule: */15\n', [[2, 'a value that begins with "*" needs quotes: write "*/15"']]],
  ['cron without quotes', 'schedule: */15 * * * * # often\n', [[1, 'a value that begins with "*" needs quotes: write "*/15 * * * *"']]],
  [
    'the same in short form, each line once',
    'execOps: [\n  {alias: full, schedule: @daily},\n  {alias: incremental, schedule: */15},\n]\n',
    [
      [2, 'a value that begins with "@" needs quotes: write "@daily"'],
      [3, 'a value that begins with "*" needs quotes: write "*/15"'],
    ],
  ],
  ['a key given twice', 'a: 1\nb: {c: 1}\nb: {c: 2}\n', [[3, '"b" is given twice, with different values']]],
  ['tabs', 'a:\n\tb: 1\n', [[2, 'Tabs are not allowed as indentation']]],
  ['what is no YAML', 'a: [1, 2\nb: 3\n', [[2, 'Flow sequence in block collection must be sufficiently indented and end with a ]']]],
];

for (const [title, text, expected] of REFUSED) {
  test(`refuses ${title}`, () => {
    const { documents, problems } = read(text);
    assert.deepEqual(documents, []);
    assert.deepEqual(
      problems.slice(0, expected.length),
      expected.map(([line, message]) => ({ source: 'file.yaml', line, message })),
    );
  });
}

test('accepts a key given twice with the same value', () => {
  assert.deepEqual(read('labels:\n  a: b\n  a: b\n').documents[0]?.object, { labels: { a: 'b' } });
});

test('refuses aliases that would fill the memory', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(',')}]`,
  );
  assert.match(read(['l0: &l0 x', ...levels].join('\n')).problems[0]?.message ?? '', /alias/i);
});

test('keeps the good documents of a text that has a bad one', () => {
  const { documents, problems } = read('kind: A\n---\na: @x\n---\nkind: B\n');
  assert.deepEqual(
    documents.map(({ line }) => line),
    [1, 5],
  );
  assert.deepEqual(
    problems.map(({ line }) => line),
    [3],
  );
});
