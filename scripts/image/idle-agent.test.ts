import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { trace } from './trace.ts';

/** What is loaded only when it is needed. */
const LATE = /\bimport\('[^'\n]+'\)/g;

test('an agent that idles in a pod has loaded none of the packages, each of which would cost it tens of MB', () => {
  const read = (file: string) => readFileSync(file, 'utf8').replaceAll(LATE, '');
  const { files, packages } = trace(['src/main/pod-agent.ts'], read);
  assert.ok(files.has('src/agent/agent.ts') && files.has('src/engine/restic/restic.ts'));
  assert.deepEqual([...packages], []);
});
