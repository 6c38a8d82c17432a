import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGates } from './gates.ts';

const repo = { namespace: 'shop', name: 'repo' };

test('sessions share a repository, and maintenance waits for them and then keeps newcomers out', () => {
  const freed: string[] = [];
  const gates = createGates(({ name }) => freed.push(name));
  assert.deepEqual([gates.tryShare(repo, 'a'), gates.tryShare(repo, 'b')], [true, true]);
  assert.equal(gates.tryExclusive(repo, 'm'), false);
  assert.deepEqual(gates.sharers(repo), ['a', 'b']);
  assert.deepEqual([gates.tryShare(repo, 'c'), gates.tryShare(repo, 'a')], [false, true], 'who is in stays in');
  gates.release('a');
  assert.equal(gates.tryExclusive(repo, 'm'), false);
  gates.release('b');
  assert.deepEqual([gates.tryExclusive(repo, 'm'), gates.tryExclusive(repo, 'm')], [true, true]);
  assert.equal(gates.tryShare(repo, 'c'), false);
  gates.release('m');
  assert.equal(gates.tryShare(repo, 'c'), true);
  assert.deepEqual(freed, ['repo', 'repo', 'repo']);
});

test('whoever gives up waiting lets the others in', () => {
  const gates = createGates(() => undefined);
  gates.tryShare(repo, 'a');
  gates.tryExclusive(repo, 'm');
  gates.release('m');
  assert.equal(gates.tryShare(repo, 'b'), true);
});

test('a repository is never shared and exclusive at once, and one that all have left is free', () => {
  const who = fc.constantFrom('a', 'b', 'm', 'n');
  const place = fc.constantFrom('one', 'two');
  const step = fc.record({ do: fc.constantFrom('share', 'exclusive', 'release'), who, place });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const gates = createGates(() => undefined);
      const exclusive = new Map<string, string>();
      for (const { do: what, who: name, place: at } of steps) {
        const repository = { namespace: 'shop', name: at };
        if (what === 'release') {
          gates.release(name);
          for (const [key, holder] of exclusive) if (holder === name) exclusive.delete(key);
        }
        // One who shares never asks for more.
        if (what === 'exclusive' && !gates.sharers(repository).includes(name) && gates.tryExclusive(repository, name)) {
          assert.equal(exclusive.get(at) ?? name, name);
          assert.deepEqual(gates.sharers(repository), []);
          exclusive.set(at, name);
        }
        if (what === 'share' && exclusive.get(at) !== name && gates.tryShare(repository, name)) assert.equal(exclusive.get(at), undefined);
      }
      for (const name of ['a', 'b', 'm', 'n']) gates.release(name);
      for (const at of ['one', 'two']) assert.equal(gates.tryExclusive({ namespace: 'shop', name: at }, 'z'), true);
    }),
  );
});
