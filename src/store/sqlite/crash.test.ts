import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { openSqliteStore } from './sqlite-store.ts';

const WRITER = join(import.meta.dirname, 'testing', 'crash-writer.ts');

test('kill -9 at any moment loses no acknowledged write', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stash-crash-'));
  const file = join(directory, 'store.db');
  const acknowledged = new Map<string, string>();
  try {
    // Each process is killed after another number of acknowledgements, in the middle of whatever it does then.
    for (const [round, lines] of [1, 2, 3, 7, 20, 61, 150, 400].entries()) {
      for (const line of await writeUntilKilled(file, round, lines)) {
        const [what = '', name = ''] = line.split(' ');
        acknowledged.set(name, what);
      }
      await requireAll(file, acknowledged);
    }
    assert.ok(acknowledged.size > 200, `${acknowledged.size} names`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

function writeUntilKilled(file: string, round: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the writer ended by itself: ${output}`));
      // What follows the last newline was cut off by the kill.
      resolve(output.split('\n').slice(0, -1));
    });
  });
}

async function requireAll(file: string, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const store = openSqliteStore({ file, clock: systemClock, newUid: randomUUID });
  const found = new Map((await store.list('ConfigMap')).map((object) => [object.metadata.name, object]));
  for (const [name, what] of acknowledged) {
    const text = found.get(name)?.data?.text;
    if (what === 'created') assert.ok(found.has(name), `${name} was created and is lost`);
    if (what === 'replaced') assert.equal(text, 'replaced'.repeat(200), `${name} was replaced and is old`);
    if (what === 'deleted') assert.equal(found.has(name), false, `${name} was deleted and is back`);
  }
  await store.close();
  const db = new DatabaseSync(file);
  assert.equal(db.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
  db.close();
}
