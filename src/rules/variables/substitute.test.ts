import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { substitute } from './substitute.ts';

const variables = { NAME: 'orders', EMPTY: '', outputDir: '/stash-tmp/output', LONG: 'x'.repeat(2000) };

const cases: [text: string, filled: string][] = [
  ['plain', 'plain'],
  ['${NAME}', 'orders'],
  ['--dir=${outputDir:=/tmp}/x', '--dir=/stash-tmp/output/x'],
  ['${MISSING:=}', ''],
  ['${MISSING:=--all-databases --ignore-database=mysql}', '--all-databases --ignore-database=mysql'],
  ['${MISSING:-a=b}', 'a=b'],
  ['${MISSING=x}', 'x'],
  ['${EMPTY:=not this}', ''],
  ['${MISSING:=${NAME}-x}', 'orders-x'],
  [`${'${N:='.repeat(16)}x${'}'.repeat(16)}`, 'x'],
  ['${NAME}${NAME}', 'ordersorders'],
  ['$NAME $(NAME) $', '$NAME $(NAME) $'],
  ['$${NAME} $${x^^}', '${NAME} ${x^^}'],
];
for (const [text, filled] of cases) test(`${text} becomes "${filled}"`, () => assert.equal(substitute(text, variables, 'spec'), filled));

const refused: [text: string, message: RegExp][] = [
  ['${MISSING}', /^spec\.args\[1\]: the variable "MISSING" has no value and no default/],
  ['${NAME^^}', /"\$\{NAME\^\^\}" is not understood/],
  ['${}', /is not understood/],
  ['${NAME', /has no closing brace/],
  [`${'x'.repeat(300)}${'${N:='.repeat(17)}`, /^spec\.args\[1\]: "(\$\{N:=){17}" has references in more than 16 others/],
  ['x'.repeat(65_537), /^spec\.args\[1\]: "x{200}…" has 65537 characters; at most 65536/],
  ['${NAME}'.repeat(9000) + '${LONG}'.repeat(20), /has 94000 characters; at most 65536/],
  [`\${${'x'.repeat(300)}}`, /^spec\.args\[1\]: the variable "x{200}…" has no value/],
  ['${toString}', /the variable "toString" has no value/],
];
for (const [text, message] of refused)
  test(`${text.slice(0, 40)} is refused with its place`, () =>
    assert.throws(() => substitute({ args: ['ok', text] }, variables, 'spec'), { code: 'Invalid', message }));

const anyText = fc.string();
test('what is put in is never read again, and changes no field but its own', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const tree = { image: 'x', args: ['${NAME}'], securityContext: { privileged: false } };
      assert.deepEqual(substitute(tree, { NAME: value }, 'spec'), { ...tree, args: [value] });
    }),
  );
});

test('a text without a reference stays as it is, and a tree keeps its shape', () => {
  const leaf = fc.oneof(
    anyText.filter((text) => !text.includes('${')),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true })),
  }));
  fc.assert(fc.property(tree, (value) => assert.deepEqual(substitute(value, variables, ''), value)));
});
