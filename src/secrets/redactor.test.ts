import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactor } from './redactor.ts';

const SECRET = 'p"a <ss>/wörd\\1';

const cases: [string, string, string][] = [
  ['as it is', SECRET, '***'],
  ['in JSON of JavaScript', JSON.stringify({ a: SECRET }), '{"a":"***"}'],
  ['in JSON of Go', '{"a":"p\\"a \\u003css\\u003e/wörd\\\\1"}', '{"a":"***"}'],
  ['in JSON of Python', '{"a":"p\\"a <ss>/w\\u00f6rd\\\\1"}', '{"a":"***"}'],
  ['in a URL', `x?p=${encodeURIComponent(SECRET)}`, 'x?p=***'],
  ['in a form', new URLSearchParams({ p: SECRET }).toString(), 'p=***'],
  ['in base64', `data: ${Buffer.from(SECRET).toString('base64')}`, 'data: ***'],
  ['in base64 for URLs', Buffer.from(SECRET).toString('base64url'), '***'],
];
for (const [where, text, expected] of cases) {
  test(`a secret is taken out ${where}`, () => assert.equal(redactor([SECRET]).text(text), expected));
}

test('a secret is taken out of the base64 of a longer text, whatever stands before and after it', () => {
  const text = (before: string, after: string) => Buffer.from(`${before}correct horse${after}`).toString('base64');
  const printable = fc.string({ maxLength: 9, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(printable, printable, (before, after) => {
      const left = Buffer.from(redactor(['correct horse']).text(text(before, after)).replaceAll('*', 'A'), 'base64').toString('latin1');
      assert.ok(!/orrect|hors/.test(left), left);
    }),
  );
});

test('the longest secret goes first, key files go line by line, nothing shorter than four characters goes', () => {
  const { text } = redactor(['pass', 'password', 'abc', '{\n  "private_key": "MIIEvQIBADANBg",\r\n}']);
  assert.equal(text('password pass abc'), '*** *** abc');
  assert.equal(text('bad line: "private_key": "MIIEvQIBADANBg", at 2'), 'bad line: *** at 2');
});

test('logins in URLs and signatures are taken out though nobody registered them', () => {
  const { text } = redactor();
  assert.equal(text('Head "http://me:pw@host:1/x" https://keystone eu-1'), 'Head "http://***@host:1/x" https://keystone eu-1');
  assert.equal(text('Get "https://a.blob/c?se=1&sig=ab%2Fcd&sp=r"'), 'Get "https://a.blob/c?se=1&sig=***&sp=r"');
});

test('of many values the ones registered last are known, and one that is registered again counts once', () => {
  const secrets = redactor([], 3);
  for (let round = 0; round < 1000; round++) secrets.add('still-used');
  for (const value of ['first', 'second', 'still-used', 'third', 'fourth']) secrets.add(value);
  assert.equal(secrets.text('first second still-used third fourth'), 'first second *** *** ***');
});
