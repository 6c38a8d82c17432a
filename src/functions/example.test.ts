import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Function as StashFunction } from '../api/function.ts';
import { readManifests } from '../api/manifest.ts';
import { childEnvironment } from '../platform/local/environment.ts';
import { functionConformance } from './conformance.ts';

const FILE = new URL('../../examples/function-and-task.yaml', import.meta.url);

if (hasSqlite()) {
  functionConformance('of examples/function-and-task.yaml', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'stash-example-'));
    const database = join(directory, 'app.sqlite');
    execFileSync('sqlite3', [database, 'CREATE TABLE t (i); INSERT INTO t VALUES (1)']);
    return {
      step: { ...exampleStep(), params: { database } },
      baseEnv: childEnvironment(process.env),
      good: async ({ stage }) => ({ operation: 'Full', alias: 'full', stage }),
      bad: async ({ stage }) => ({ operation: 'Full', alias: 'full', stage, params: { database: join(directory, 'not', 'there') } }),
      fillsStage: true,
      secrets: [],
      close: async () => rmSync(directory, { recursive: true }),
    };
  });
} else {
  describe('the function of examples/function-and-task.yaml', () =>
    it('keeps the contract', { skip: 'sqlite3 is not installed' }, () => {}));
}

function exampleStep() {
  const { documents } = readManifests(readFileSync(FILE, 'utf8'), 'function-and-task.yaml');
  const found = documents.map(({ object }) => object as StashFunction).find(({ kind }) => kind === 'Function');
  const { command = [], args = [] } = found?.spec ?? {};
  return {
    name: found?.metadata.name ?? '',
    command: [...command, ...args],
    env: {},
    source: 'Stage' as const,
    fetch: 'Stage' as const,
    checks: false,
  };
}

function hasSqlite(): boolean {
  try {
    execFileSync('sqlite3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
