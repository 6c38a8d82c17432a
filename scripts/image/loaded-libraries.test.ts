import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadedLibraries } from './loaded-libraries.ts';

test('libraries and the loader are read from what ldd prints, the one of the kernel is none', () => {
  const text = `\tlinux-vdso.so.1 (0x00007f10)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f11)
\tlibnone.so => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f12)
`;
  assert.deepEqual(loadedLibraries(text), ['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
  assert.deepEqual(loadedLibraries('\tnot a dynamic executable\n'), []);
});
