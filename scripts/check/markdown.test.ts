import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocsLinks } from './docs-links.ts';
import { anchorsOf, codeBlocks, linksOf } from './markdown.ts';

test('links are found in text, lists, tables and references, and not in code', () => {
  const text =
    '# A\n\nSee [b](b.md).\n\n- [c](c.md#d)\n\n| [e](e.md) |\n|---|\n| [f][r] |\n\n`[g](g.md)`\n\n```\n[h](h.md)\n```\n\n[r]: r.md\n';
  assert.deepEqual(
    linksOf(text)
      .map(({ href }) => href)
      .sort(),
    ['b.md', 'c.md#d', 'e.md', 'r.md'],
  );
});

test('anchors are made of headings as code hosts make them', () => {
  const text = '# Back up, then restore!\n## `stash up`\n## A\n## A\n### [Link](x.md) here\n<a id="own"></a>\n';
  assert.deepEqual([...anchorsOf(text)], ['back-up-then-restore', 'stash-up', 'a', 'a-1', 'link-here', 'own']);
});

test('a code block is told with its language and the line before its code', () => {
  assert.deepEqual(codeBlocks('text\n\n```yaml\na: 1\n```\n'), [{ language: 'yaml', code: 'a: 1', line: 3 }]);
});

const files = [
  { name: 'README.md', text: '[ok](docs/a.md#part) [folder](docs/) [here](#top) [web](https://example.org/x)\n\n# Top\n' },
  { name: 'docs/a.md', text: '# Part\n\n[up](../README.md)\n[gone](b.md)\n[no part](../README.md#nothing)\n' },
];

test('a link to a file or heading that is not there is told with its place', () => {
  assert.deepEqual(checkDocsLinks(files).problems, [
    'docs/a.md:4: link to "b.md": there is no docs/b.md',
    'docs/a.md:5: link to "../README.md#nothing": README.md has no heading "#nothing"',
  ]);
});
