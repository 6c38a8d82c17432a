import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignTarget } from './own-namespace.ts';

const ref = (name: string, namespace?: string) => ({ kind: 'StatefulSet', name, ...(namespace === undefined ? {} : { namespace }) });

test('in a cluster a target is of the namespace of the object that names it, and has a name', () => {
  const table: [target: Parameters<typeof foreignTarget>[1], problems: RegExp[]][] = [
    [{ ref: ref('db') }, []],
    [{ ref: ref('db.with.dots', 'shop'), appBinding: { name: 'db', namespace: 'shop' } }, []],
    [{ ref: ref('db', 'prod') }, [/^ref\.namespace: "prod" is not "shop"/]],
    [{ ref: ref('../../prod/statefulsets/db') }, [/^ref\.name: "\.\.\/\.\.\/prod\/statefulsets\/db" is no name/]],
    [{ ref: ref('..') }, [/^ref\.name/]],
    [{ ref: ref('db?x=y') }, [/^ref\.name/]],
    [{ ref: ref('x'.repeat(254)) }, [/^ref\.name/]],
    [{ ref: ref('db'), appBinding: { name: 'orders', namespace: 'prod' } }, [/^appBinding\.namespace: "prod"/]],
  ];
  for (const [target, problems] of table) {
    const found = foreignTarget('Cluster', target, 'shop');
    assert.equal(found.length, problems.length, JSON.stringify(target));
    for (const [index, problem] of problems.entries()) assert.match(found[index] ?? '', problem);
  }
});

test('on one machine a target is where it says', () => {
  assert.deepEqual(foreignTarget('Machine', { ref: ref('Any Thing', 'elsewhere') }, 'default'), []);
});
