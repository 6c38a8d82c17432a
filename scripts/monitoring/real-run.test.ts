import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { eventually } from '../../src/platform/local/testing/eventually.ts';
import { type Machine, machine } from '../../src/platform/local/testing/machine.ts';
import { findTool, isFound } from '../../src/platform/tools/locate.ts';
import { ALERTS, rules, targets } from './files.ts';
import { type Series, startPrometheus } from './prometheus.ts';
import { ALERTING, PANELS, RELAXED } from './real-run-expected.ts';
import { makeHistory } from './real-run-machine.ts';

const [promtool, prometheus] = await Promise.all([findTool('promtool'), findTool('prometheus')]);
const lacking = [promtool, prometheus].find((tool) => !isFound(tool));
const options = { skip: lacking === undefined || isFound(lacking) ? false : `${lacking.missing}. ${lacking.remedy}` };

let stash: Machine;
let server: Awaited<ReturnType<typeof startPrometheus>>;
let address: string;

before(async () => {
  if (!isFound(promtool) || !isFound(prometheus)) return;
  stash = await machine();
  await makeHistory(stash);
  address = `127.0.0.1:${/"metricsPort":(\d+)/.exec(stash.log())?.[1]}`;
  const dir = join(stash.dir, 'prometheus');
  mkdirSync(dir);
  server = await startPrometheus(prometheus.path, { dir, target: address, rules: `${ALERTS}/*.yaml` });
  // What is asked for over a time needs two scrapes at least.
  await eventually('Prometheus has scraped three times', async () => {
    const [count] = await server.query('count_over_time(stash_leader[5m])');
    return (count?.value ?? 0) >= 3;
  });
});
after(async () => {
  await server?.stop();
  await stash?.dispose();
});

test('promtool finds nothing wrong with what is served but the names that Stash gave', options, async () => {
  const told = await (await fetch(`http://${address}/metrics`)).text();
  const check = spawn(isFound(promtool) ? promtool.path : '', ['check', 'metrics'], { stdio: ['pipe', 'ignore', 'pipe'] });
  check.stdin.end(told);
  const [said] = await Promise.all([text(check.stderr), once(check, 'exit')]);
  const problems = said.split('\n').filter((line) => line !== '' && !STASHS_OWN.test(line));
  assert.deepEqual(problems, []);
});

/** Gauges that end as counters do; prom-client names its own so as well. */
const STASHS_OWN =
  /^(nodejs_\w+|stash_appscode_com_\w+_(count|files)(_total)?) non-(counter metrics|histogram and non-summary metrics) should not have/;

test('each panel of the dashboard shows what happened', options, async () => {
  const titles = new Set<string>();
  for (const { title, expr } of targets()) {
    titles.add(title);
    const found = await server.query(expr);
    assert.ok(found.length > 0, `${title} shows nothing: ${expr}`);
    const holds = PANELS[title];
    assert.ok(holds !== undefined, `nothing is expected of the panel ${title}`);
    assert.ok(holds(found, expr), `${title}: ${expr}\n${shown(found)}`);
  }
  assert.deepEqual([...titles].toSorted(), Object.keys(PANELS).toSorted());
});

test('each alert is about what is wrong, and about nothing else', options, async () => {
  for (const { alert, expr } of rules()) {
    const found = await server.query(expr);
    const expected = ALERTING[alert];
    assert.ok(expected !== undefined, `nothing is expected of ${alert}`);
    assert.deepEqual(found.map(nameOf).toSorted(), expected.toSorted(), `${alert}: ${expr}\n${shown(found)}`);
  }
});

test('alerts that compare with a limit would fire beyond it: their two sides have the same labels', options, async () => {
  for (const [alert, [limit, lower, name]] of Object.entries(RELAXED)) {
    const expr = rules().find((rule) => rule.alert === alert)?.expr ?? '';
    assert.ok(expr.includes(limit), `${alert}: ${expr}`);
    const found = await server.query(expr.replace(limit, lower));
    assert.ok(
      found.some((one) => nameOf(one) === name),
      `${alert}\n${shown(found)}`,
    );
  }
});

test('what is deleted has no series in the next scrape', options, async () => {
  const asked = async () => (await fetch(`http://${address}/metrics`)).text();
  assert.match(await asked(), /invoker_name="lost"/);
  assert.equal((await stash.stash('delete', 'backupconfiguration', 'lost')).code, 0);
  await stash.gone('BackupConfiguration', 'lost');
  assert.doesNotMatch(await asked(), /invoker_name="lost"/);
});

test('an address that is taken, or is none, is refused before anything runs', options, async () => {
  writeFileSync(join(stash.dir, 'other'), '');
  const other = (at: string) => stash.stash('up', '--data-dir', join(stash.dir, 'another'), '--metrics-address', at);
  const taken = await other(address);
  assert.notEqual(taken.code, 0);
  assert.match(taken.stderr, /metrics cannot be served at 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  const none = await other('nowhere');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /--metrics-address "nowhere" is no address to listen at/);
});

function nameOf({ metric }: Series): string {
  return metric.invoker_name ?? metric.name ?? metric.controller ?? '';
}

function shown(found: readonly Series[]): string {
  return found.map(({ metric, value }) => `${JSON.stringify(metric)} ${value}`).join('\n');
}
