import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backend } from '../../../api/backend.ts';
import { isCode } from '../../../errors/error.ts';
import { servedVolume } from './volume.ts';

type Local = NonNullable<Backend['local']>;
const CLAIM = { persistentVolumeClaim: { claimName: 'backups' } };
const local = (fields: Partial<Local>): Local => ({ mountPath: '/safe/data', ...fields });

const SERVED: [what: string, fields: Partial<Local>, subPath: string | undefined][] = [
  ['a claim', CLAIM, undefined],
  ['a directory in a claim', { ...CLAIM, subPath: 'shop/orders' }, 'shop/orders'],
  ['the same, written otherwise', { ...CLAIM, subPath: './shop//orders/' }, 'shop/orders'],
  ['the root of a claim, written otherwise', { ...CLAIM, subPath: './' }, undefined],
  ['NFS', { nfs: { server: 'nfs.example.com', path: '/exports' } }, undefined],
  ['a name with dots in it', { ...CLAIM, subPath: 'a..b' }, 'a..b'],
];
for (const [what, fields, subPath] of SERVED)
  test(`${what} is served as it is written`, () => {
    const { subPath: _, ...source } = fields;
    const volume = servedVolume(local(fields), { allowHostPath: false });
    assert.deepEqual([volume.source, volume.subPath], [source, subPath]);
  });

const REFUSED: [what: string, fields: Partial<Local>, code: 'BackendUnsupported' | 'Invalid', said: RegExp][] = [
  ['no volume', {}, 'BackendUnsupported', /names no volume/],
  ['two volumes', { ...CLAIM, nfs: { server: 'a', path: '/b' } }, 'BackendUnsupported', /names 2 volumes: .*claim.*nfs/i],
  ['what goes with the pod', { emptyDir: {} }, 'BackendUnsupported', /emptyDir goes with its pod/],
  ['what nobody writes', { secret: { secretName: 'keys' } }, 'BackendUnsupported', /secret cannot be written/],
  ['the token of an account', { projected: { sources: [{ serviceAccountToken: {} }] } }, 'BackendUnsupported', /cannot be written/],
  ['a directory of the node', { hostPath: { path: '/etc' } }, 'BackendUnsupported', /localBackend\.allowHostPath/],
  ['a driver on the node', { flexVolume: { driver: 'any' } }, 'BackendUnsupported', /localBackend\.allowHostPath/],
  ['a way out of the volume', { ...CLAIM, subPath: 'a/../../b' }, 'Invalid', /"a\/\.\.\/\.\.\/b" must be relative and stay/],
  ['an absolute path', { ...CLAIM, subPath: '/etc' }, 'Invalid', /"\/etc" must be relative/],
];
for (const [what, fields, code, said] of REFUSED)
  test(`${what} is refused: ${said.source}`, () => {
    assert.throws(
      () => servedVolume(local(fields), { allowHostPath: false }),
      (error) => isCode(error, code) && said.test(error.message),
    );
  });

test('a directory of the node is served where that is allowed', () => {
  assert.deepEqual(servedVolume(local({ hostPath: { path: '/srv' } }), { allowHostPath: true }).source, { hostPath: { path: '/srv' } });
});

test('a place is known by its volume and directory, not by where that appeared or how it is written', () => {
  const place = (fields: Partial<Local>) => servedVolume(local(fields), { allowHostPath: false }).place;
  const nfs = place({ nfs: { server: 'a', path: '/b' } });
  assert.equal(place({ nfs: { path: '/b', server: 'a' }, mountPath: '/elsewhere' }), nfs);
  const others = [place({ nfs: { server: 'a', path: '/c' } }), place({ nfs: { server: 'a', path: '/b' }, subPath: 'c' }), place(CLAIM)];
  assert.equal(new Set([nfs, ...others]).size, 4);
});
