import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { applyCatalog } from '../src/platform/kubernetes/catalog.ts';
import { issueServing, makeAuthority } from '../src/platform/kubernetes/trust/authority.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { createLogger } from '../src/runtime/log.ts';
import { noCluster, type TestCluster, testCluster } from '../src/store/kubernetes/testing/cluster.ts';
import { clearAway } from './scale/leftovers.ts';
import type { OperatorStats } from './scale/messages.ts';
import { observe, percentile, watchBlindly } from './scale/observe.ts';
import { type OperatorProcess, startOperator } from './scale/operator-process.ts';
import { asInImage } from './scale/plain.ts';
import { applicationOf, create, isOurs, namespaceOf, placeOf, schedule, sessionsOf, sideBySide, TOGETHER } from './scale/world.ts';

/**
 * Many BackupConfigurations in one operator, on the API server of KUBECONFIG (without an operator of its own): time to ready, writes and
 * requests while nothing happens, memory, and how late a thousand sessions begin that are due in one minute. Agents are simulated at the
 * protocol. What the API server takes for the same thousand creations, at the operator's concurrency, is measured in the same run and
 * taken off the lag. Arguments: configurations (10000), how many of them are due (1000).
 */
const [count = 10_000, due = 1_000] = process.argv.slice(2).map(Number);
const GOAL = { lagMs: 1_000, bytes: 300e6 };
const QUIET_MS = 5_000;
const indexes = Array.from({ length: count }, (_, index) => index);
const places = indexes.map(placeOf);
// Of every namespace the same share.
const dueOnes = indexes.filter((index) => Math.floor((index * due) / count) !== Math.floor(((index - 1) * due) / count)).map(placeOf);

if (noCluster !== undefined) {
  console.error(`bench:scale ${noCluster}`);
  process.exit(69);
}
const directory = await mkdtemp(join(tmpdir(), 'stash-scale-'));
const cluster = await testCluster();
let operator: OperatorProcess | undefined;
try {
  // Of a run that was broken off: its objects would be this one's too.
  await clearAway(cluster.connection, isOurs);
  const program = await asInImage('bench/scale/operator.ts', join(directory, 'app'));
  const start = await prepare(cluster);
  operator = await started('first start: every status is written');
  await operator.stop();
  operator = undefined;
  const rawMs = await rawCreations(cluster);
  operator = await started('second start: nothing has changed');
  const second = await operator.stats();

  const before = await operator.stats();
  await delay(60_000);
  const after = await operator.stats();
  const idle = difference(before, after);
  console.log(
    `one minute in which nothing happens: ${text(idle)}, ${(after.cpu - before.cpu).toFixed(1)} s of CPU, ${megabytes(after.rss)}`,
  );

  const lagMs = await aThousandDue(cluster);
  const end = await operator.stats();
  console.log(`memory: ${megabytes(second.peak)} at most until ready, ${megabytes(end.peak)} at most at work, ${megabytes(end.rss)} now`);
  const beyondMs = Math.max(0, lagMs - rawMs);
  console.log(`lag p99 beyond the API server's own ${seconds(rawMs)}: ${seconds(beyondMs)}`);
  const writes = ['POST', 'PUT', 'PATCH', 'DELETE'].reduce((sum, method) => sum + (idle[method] ?? 0), 0);
  const ratio = writes > 0 ? Number.POSITIVE_INFINITY : Math.max(beyondMs / GOAL.lagMs, end.peak / GOAL.bytes);
  console.log(`scale ratio ${ratio.toFixed(2)} goal 1.00`);
  process.exitCode = ratio <= 1 ? 0 : 1;

  async function started(what: string): Promise<OperatorProcess> {
    const began = performance.now();
    const one = await startOperator(program, start, { tokenFile: join(directory, 'token'), caFile: join(directory, 'ca') });
    const settled = await quiet(one);
    const { requests, rss, cpu } = await one.stats();
    console.log(
      `${what}: ready after ${seconds(one.readyMs)}, settled after ${seconds(settled - began)}; ${text(requests)}; ${cpu.toFixed(0)} s of CPU, ${megabytes(rss)}`,
    );
    return one;
  }
} finally {
  await operator?.stop();
  await clearAway(cluster.connection, isOurs);
  await cluster.close();
  await rm(directory, { recursive: true, force: true });
}

/** The objects, and what the operator is started with. */
async function prepare({ connection, discovery, credentials }: TestCluster) {
  const now = new Date();
  const authority = await makeAuthority(now);
  const certificate = await issueServing(authority, ['localhost'], now);
  await writeFile(join(directory, 'ca'), authority.cert);
  await writeFile(join(directory, 'token'), 'simulated');
  const log = createLogger({ level: 'warn', format: 'human', clock: systemClock, write: (line) => process.stderr.write(line) });
  await applyCatalog({ connection, discovery }, log);
  const began = performance.now();
  for (const { namespace } of places.filter((_, index) => index % TOGETHER === 0)) {
    await create(connection, namespaceOf(namespace));
  }
  await sideBySide(places, (place) => create(connection, applicationOf(place)));
  console.log(`${count} BackupConfigurations and their claims made in ${seconds(performance.now() - began)}`);
  return { server: credentials.server, access: await credentials.current(), certificate };
}

/**
 * What the API server takes for as many sessions, made as many at a time, when nothing else happens but that two watch them, as below: the
 * operator, and who sees when they begin. Of an API server that has done as much before: one that has just started has less to collect as
 * garbage meanwhile.
 */
async function rawCreations({ connection, connect }: TestCluster): Promise<number> {
  const sessions = await sessionsOf(connection, dueOnes);
  let began = 0;
  const make = () => {
    began = Date.now();
    return sideBySide(sessions, (session) => create(connection, session));
  };
  const another = await watchBlindly(connect());
  const { begun } = await observe(connect(), (seen) => seen.begun.size === dueOnes.length, make);
  await another.stop();
  for (const namespace of new Set(dueOnes.map((place) => place.namespace)))
    await connection.send({
      what: 'clear',
      method: 'DELETE',
      path: `/apis/stash.appscode.com/v1beta1/namespaces/${namespace}/backupsessions`,
    });
  const p99 = percentile(begun, began, 0.99);
  console.log(`by hand: ${dueOnes.length} sessions made, begun p50 ${seconds(percentile(begun, began, 0.5))}, p99 ${seconds(p99)}`);
  return p99;
}

/** Resolves when nothing has been asked of the API server for a while, with the time of the last request. */
async function quiet(one: OperatorProcess): Promise<number> {
  let known = '';
  for (let since = performance.now(); performance.now() - since < QUIET_MS; await delay(250)) {
    const asked = text((await one.stats()).requests);
    if (asked !== known) since = performance.now();
    known = asked;
  }
  return performance.now() - QUIET_MS;
}

async function aThousandDue({ connection, connect }: TestCluster): Promise<number> {
  if (operator === undefined) throw new Error('no operator runs');
  // Time enough to change all of them, and to begin at a whole minute.
  const at = new Date(Math.ceil((Date.now() + 45_000) / 60_000) * 60_000);
  await sideBySide(dueOnes, (place) => schedule(connection, place, `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`));
  await quiet(operator);
  if (Date.now() > at.getTime()) throw new Error('the minute began before the operator was quiet');
  const before = await operator.stats();
  const { begun, succeeded } = await observe(connect(), (seen) => seen.succeeded.size === dueOnes.length);
  if (begun.size !== dueOnes.length) throw new Error(`${dueOnes.length} sessions were due, and ${begun.size} made`);
  const after = await operator.stats();
  const p99 = percentile(begun, at.getTime(), 0.99);
  const [half, ended, last] = [
    percentile(begun, at.getTime(), 0.5),
    percentile(succeeded, at.getTime(), 0.5),
    percentile(succeeded, at.getTime(), 1),
  ];
  console.log(
    `${dueOnes.length} due at once: begun p50 ${seconds(half)}, p99 ${seconds(p99)}; done p50 ${seconds(ended)}, last ${seconds(last)}; ${text(difference(before, after))}, ${(after.cpu - before.cpu).toFixed(0)} s of CPU`,
  );
  return p99;
}

function difference(before: OperatorStats, after: OperatorStats): Record<string, number> {
  return Object.fromEntries(Object.entries(after.requests).map(([method, sum]) => [method, sum - (before.requests[method] ?? 0)]));
}

function text(requests: Record<string, number>): string {
  const some = Object.entries(requests).filter(([, sum]) => sum > 0);
  return some.length === 0 ? 'no requests' : some.map(([method, sum]) => `${sum} ${method}`).join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
