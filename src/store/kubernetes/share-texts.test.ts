import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareTexts } from './share-texts.ts';

test('whatever the other one is, the value stays what it is', () => {
  fc.assert(
    fc.property(fc.object({ withNullPrototype: false }), fc.object(), (value, like) => {
      const before = structuredClone(value);
      shareTexts(value, like);
      assert.deepEqual(value, before);
    }),
  );
});

test('a field named __proto__ is a field, and reaches nobody else', () => {
  const value = JSON.parse('{"__proto__": {"toString": "text", "constructor": {"name": "Object"}}, "a": "b"}') as object;
  const before = JSON.stringify(value);
  shareTexts(value, {});
  shareTexts(value, JSON.parse(before) as object);
  assert.equal(JSON.stringify(value), before);
  assert.equal(typeof {}.toString, 'function');
});
