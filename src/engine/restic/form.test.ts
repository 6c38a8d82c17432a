import assert from 'node:assert/strict';
import { test } from 'node:test';
import { either, exactly, type Form, flag, list, matching, nothing, number, object, text } from './form.ts';

const person = object({ name: text, kind: exactly('person') }, { age: number, tags: list(text) });

const cases: [name: string, form: Form<unknown>, fits: unknown[], fitsNot: unknown[]][] = [
  ['texts', text, ['', 'a'], [1, null, undefined]],
  ['numbers', number, [0, -1.5], ['1', Number.NaN, Number.POSITIVE_INFINITY]],
  ['flags', flag, [true, false], [0, 'true']],
  ['one certain text', exactly('a'), ['a'], ['b', '']],
  ['texts of a pattern', matching(/^a+$/), ['aa'], ['ab', 1]],
  ['lists', list(number), [[], [1, 2]], [[1, '2'], { 0: 1 }, null]],
  ['nothing, or else', either(nothing, text), [null, 'a'], [undefined, 1]],
  [
    'objects',
    person,
    [
      { name: 'a', kind: 'person' },
      { name: 'a', kind: 'person', age: 1, tags: ['b'], more: {} },
      { name: 'a', kind: 'person', age: undefined },
    ],
    [{ name: 'a' }, { name: 'a', kind: 'person', age: null }, { name: 'a', kind: 'person', tags: [1] }, [], null, 'text'],
  ],
];
for (const [name, form, fits, fitsNot] of cases)
  test(`the form of ${name}`, () => {
    for (const value of fits) assert.equal(form(value), true, JSON.stringify(value));
    for (const value of fitsNot) assert.equal(form(value), false, JSON.stringify(value));
  });
