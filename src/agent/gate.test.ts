import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Engine } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import { createDesk } from '../orders/desk.ts';
import { oneToken } from '../orders/one-token.ts';
import type { PollResponse } from '../orders/protocol.ts';
import { type AgentServer, serveDesk } from '../orders/server.ts';
import { listOrder } from '../orders/testing/order.ts';
import { runAgent } from './agent.ts';
import { connectOperator } from './client.ts';
import { type GateEnd, gateClient } from './gate.ts';
import { openJournal } from './journal.ts';
import { openStage } from './stage.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-gate-'));
const servers: AgentServer[] = [];
after(async () => {
  for (const server of servers) await server.close();
  rmSync(base, { recursive: true });
});
const GATE = 'gate/shop/db-0';
const PURPOSE = 'RestoreSession/shop/back';
const ID = `${encodeURIComponent(PURPOSE)}%23one`;
const time = () => '2026-11-22T10:00:00.000Z';

/** A desk that is served; what it is told of ends up acknowledged, as by a controller. `hold`: nothing opens. */
async function operator({ hold = () => false }: { hold?: () => boolean } = {}) {
  const desk = createDesk({
    now: time,
    epoch: 1,
    ensureAgent: () => undefined,
    notify: () => {
      const state = desk.report(ID)?.state;
      if (state === 'Succeeded' || state === 'Failed') desk.acknowledge(ID);
    },
    endedProcess: () => undefined,
  });
  const socketPath = join(mkdtempSync(join(base, 's-')), 'desk');
  const poll: typeof desk.poll = async (request, signal) => {
    const response = await desk.poll(request, signal);
    return hold() ? { ...response, idle: false, waiting: 'a restore' } : response;
  };
  const server = await serveDesk({ ...desk, poll }, { listen: { socketPath }, authenticate: oneToken('t') });
  servers.push(server);
  return { desk, socketPath };
}

interface GateRun {
  socketPath: string;
  directory?: string;
  works?: boolean;
  patienceMs?: number;
  seen?: (response: PollResponse) => void;
}

/** The gate of a pod until it ends. */
async function gateOf({ socketPath, directory = mkdtempSync(join(base, 'g-')), works = true, patienceMs = 60_000, seen }: GateRun) {
  const stop = new AbortController();
  const ends: GateEnd[] = [];
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const operatorClient = connectOperator({ socketPath, token: 't' });
  const watched: typeof operatorClient = {
    close: operatorClient.close,
    poll: async (body, signal) => {
      const response = await operatorClient.poll({ ...body, waitMs: Math.min(body.waitMs, 50) }, signal);
      seen?.(response);
      return response;
    },
  };
  const decided = (end: GateEnd) => {
    ends.push(end);
    stop.abort();
  };
  const engine = {
    open: async () => {
      if (!works) throw new StashError('StorageUnreachable', 'away');
      return { id: 'f' };
    },
  };
  await runAgent({
    key: GATE,
    instance: `${Math.random()}`,
    client: await gateClient(watched, { state: directory, patienceMs, decided, log: { info: write, warn: write } }),
    journal: await openJournal(directory, time),
    tools: { engine: engine as unknown as Engine, stage: await openStage(directory), baseEnv: {}, keepOut: [] },
    openLog: () => () => undefined,
    now: () => new Date(),
    signal: stop.signal,
    idleMs: Number.MAX_SAFE_INTEGER,
    aloneMs: Number.MAX_SAFE_INTEGER,
  });
  return { end: ends[0], log, directory };
}

test('the pod starts when nothing is ordered for it', async () => {
  const { socketPath } = await operator();
  assert.equal((await gateOf({ socketPath })).end, 'Open');
});

test('the pod starts without an operator after a while', async () => {
  const { end, log } = await gateOf({ socketPath: join(base, 'nobody'), patienceMs: 300 });
  assert.deepEqual([end, log], ['Open', ['the operator has not answered; the pod starts without it']]);
});

test('an operator that lets it wait is obeyed, however long, and the log says what for', async () => {
  let polls = 0;
  const { socketPath } = await operator({ hold: () => polls < 8 });
  const { end, log } = await gateOf({ socketPath, patienceMs: 250, seen: () => (polls += 1) });
  assert.deepEqual([end, polls > 8, log], ['Open', true, ['the pod waits']]);
});

test('the pod starts when its restore has succeeded and that is noted', async () => {
  const { desk, socketPath } = await operator();
  desk.give(GATE, listOrder(ID, PURPOSE));
  const { end, directory } = await gateOf({ socketPath });
  assert.deepEqual([end, desk.busy(GATE), existsSync(join(directory, 'restore-begun'))], ['Open', false, false]);
});

test('after a restore that failed the gate fails, and no silence of an operator opens it any more', async () => {
  const { desk, socketPath } = await operator();
  desk.give(GATE, listOrder(ID, PURPOSE));
  const { end, directory } = await gateOf({ socketPath, works: false });
  assert.equal(end, 'Failed');
  const away = {
    poll: () => Promise.reject(new StashError('OperatorUnreachable', 'away')),
    close: async () => undefined,
  };
  const ends: GateEnd[] = [];
  const log = { info: () => undefined, warn: () => undefined };
  const client = await gateClient(away, { state: directory, patienceMs: 1, decided: (one) => ends.push(one), log });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
  assert.deepEqual(ends, []);
  assert.equal((await gateOf({ socketPath, directory })).end, 'Open', 'the operator opens it');
});
