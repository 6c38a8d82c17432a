import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findTool, isFound } from '../../src/platform/tools/locate.ts';
import { checkQuery } from './check-query.ts';
import { ALERTS, DASHBOARD, rules, targets } from './files.ts';

const run = promisify(execFile);
const promtool = await findTool('promtool');
const options = { skip: isFound(promtool) ? false : `${promtool.missing}. ${promtool.remedy}` };
const tool = isFound(promtool) ? promtool.path : '';
const dir = mkdtempSync(join(tmpdir(), 'stash-alerts-'));
after(() => rmSync(dir, { recursive: true }));

const docs = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');
const cases = readFileSync(join(import.meta.dirname, 'alert-tests.yaml'), 'utf8');

test('promtool finds nothing wrong with the alert rules', options, async () => {
  const { stdout } = await run(tool, ['check', 'rules', ...readdirSync(ALERTS).map((name) => join(ALERTS, name))]);
  assert.match(stdout, /SUCCESS/);
});

test('each alert fires for what it is about, with texts that name it, and for nothing of the same kind that is well', options, async () => {
  const file = join(dir, 'tests.yaml');
  writeFileSync(file, cases.replace('[RULES]', `[${ALERTS}/*.yaml]`));
  await run(tool, ['test', 'rules', file]);
  const tested = (parse(cases) as { tests: { name: string }[] }).tests.map(({ name }) => name);
  assert.deepEqual(
    tested.toSorted(),
    rules()
      .map(({ alert }) => alert)
      .toSorted(),
  );
});

test('each alert says how severe it is, and its runbook is a heading of docs/monitoring.md', () => {
  const headings = [...docs.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase());
  for (const { alert, labels, annotations } of rules()) {
    assert.match(labels.severity, /^(info|warning|critical)$/, alert);
    assert.equal(annotations.runbook_url, `docs/monitoring.md#${alert.toLowerCase()}`);
    assert.ok(headings.includes(alert.toLowerCase()), `docs/monitoring.md has no heading ${alert}`);
  }
});

test('alerts and panels ask only for metrics and labels that there are', () => {
  for (const expr of [...rules(), ...targets()].map((one) => one.expr)) assert.deepEqual(checkQuery(expr), [], expr);
});

test('the dashboard has panels that do not lie on each other, and its file is small', () => {
  const text = readFileSync(DASHBOARD, 'utf8');
  assert.ok(text.length < 32_000, `${text.length} characters: it is in the Secret of each release`);
  const { panels } = JSON.parse(text) as { panels: { title: string; gridPos: { x: number; y: number; w: number; h: number } }[] };
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on another`);
        taken.set(`${x} ${y}`, title);
      }
    }
  }
});
