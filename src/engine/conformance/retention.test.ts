import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../../process/run.ts';
import { startLocal } from '../emulators/local.ts';
import type { KeepPolicy } from '../engine.ts';
import { type Bench, openBench } from './bench.ts';

const opened = await openBench(startLocal);
if ('missing' in opened) test('retention', { skip: opened.missing }, () => undefined);
else retentionTests(opened);

// Turns of hour, day, week, month and year, written by two machines whose clocks show another zone.
const HISTORY: [string, string][] = [
  ['2023-06-30 12:00:00', 'UTC'],
  ['2024-12-29 23:30:00', 'UTC'],
  ['2024-12-30 00:30:00', 'UTC'],
  ['2024-12-31 23:10:00', 'UTC'],
  ['2025-01-01 08:30:00', 'Asia/Tokyo'],
  ['2025-01-01 08:50:00', 'Asia/Tokyo'],
  ['2025-01-01 00:20:00', 'UTC'],
  ['2025-01-06 01:00:00', 'Asia/Tokyo'],
  ['2025-02-01 00:00:00', 'UTC'],
];

const POLICIES: KeepPolicy[] = [
  { keepLast: 3 },
  { keepHourly: 5 },
  { keepDaily: 4 },
  { keepWeekly: 3 },
  { keepMonthly: 2, keepYearly: 3 },
  { keepLast: 1, keepDaily: 2, keepTags: ['n=2'] },
];

function retentionTests(bench: Bench): void {
  const { engine, control } = bench;
  const access = bench.access();
  const source = join(bench.folder, 'source');
  const restic = (args: string[], zone: string) =>
    run({
      command: bench.resticPath,
      args: ['--no-cache', ...args],
      env: { ...access.env, RESTIC_REPOSITORY: access.url, TZ: zone, PATH: process.env.PATH ?? '' },
      signal: AbortSignal.timeout(60_000),
      stdoutTailBytes: 1024 * 1024,
    });

  before(async () => {
    mkdirSync(source);
    writeFileSync(join(source, 'file'), 'content');
    await engine.init(access, control());
    for (const [index, [time, zone]] of HISTORY.entries()) {
      const stored = await restic(['backup', `--time=${time}`, '--host=h', `--tag=n=${index}`, source], zone);
      assert.equal(stored.exitCode, 0, stored.stderrTail);
    }
  });
  after(() => bench.close());

  test('the plan is the one restic itself would make', async () => {
    for (const policy of POLICIES) {
      const flags = Object.entries(policy).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map(
          (each) => `--${name.replace('keep', 'keep-').toLowerCase().replace('tags', 'tag')}=${each}`,
        ),
      );
      const asked = await restic(['forget', '--dry-run', '--json', '--group-by=host,paths', ...flags], 'UTC');
      assert.equal(asked.exitCode, 0, asked.stderrTail);
      const [group] = JSON.parse(asked.stdoutTail) as { remove: { id: string }[] | null }[];
      const plan = await engine.forgetPlan(access, policy, {}, control());
      assert.deepEqual(plan.remove.toSorted(), (group?.remove ?? []).map(({ id }) => id).toSorted(), JSON.stringify(policy));
    }
  });

  test('snapshots that are not among the given ids neither count nor go', async () => {
    const ids = (await engine.snapshots(access, {}, control())).map(({ id }) => id);
    const among = ids.slice(0, 4);
    const plan = await engine.forgetPlan(access, { keepLast: 1 }, { ids: among }, control());
    assert.deepEqual([plan.keep, plan.remove], [[among[3]], among.slice(0, 3)]);
    await engine.forget(access, plan.remove, control());
    assert.deepEqual(
      (await engine.snapshots(access, {}, control())).map(({ id }) => id),
      ids.slice(3),
    );
    await engine.forget(access, plan.remove, control());
  });
}
