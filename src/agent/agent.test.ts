import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Engine } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import type { PollRequest, PollResponse } from '../orders/protocol.ts';
import { listOrder, runningReport } from '../orders/testing/order.ts';
import { runAgent } from './agent.ts';
import { openJournal } from './journal.ts';
import { openStage } from './stage.ts';

const base = mkdtempSync(join(tmpdir(), 'stash-agent-'));
after(() => rmSync(base, { recursive: true }));
const NOTHING: PollResponse = { epoch: 1, orders: [], cancel: [], acknowledged: [], cleared: [], idle: true };
const time = () => '2026-11-22T10:00:00.000Z';

/** An agent whose polls are answered by the script, one after the other; ends when that is over. */
async function agentWith(
  script: ((body: PollRequest) => PollResponse | StashError)[],
  prepare: (directory: string) => Promise<void> = async () => {},
) {
  const directory = mkdtempSync(join(base, 'a-'));
  await prepare(directory);
  const journal = await openJournal(directory, time);
  const stop = new AbortController();
  const asked: PollRequest[] = [];
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  await runAgent({
    key: 'pod/shop/db-0/stash',
    instance: 'i',
    pod: 'p',
    client: {
      poll: async (body) => {
        asked.push(body);
        const answer = script.shift();
        if (answer === undefined) {
          stop.abort();
          throw new StashError('Canceled', 'over');
        }
        const said = answer(body);
        if (said instanceof StashError) throw said;
        return said;
      },
      close: async () => undefined,
    },
    journal,
    tools: {
      engine: { open: () => new Promise(() => {}) } as unknown as Engine,
      stage: await openStage(directory),
      baseEnv: {},
      keepOut: [],
    },
    openLog: () => () => undefined,
    now: () => new Date(),
    signal: stop.signal,
    idleMs: 60_000,
    aloneMs: 60_000,
    log: { info: write, warn: write },
  });
  return { asked, log, stopped: stop.signal.aborted };
}

test('an agent says who it is, by its journal too, and goes on where it is refused for now', async () => {
  const refusals = (['OperatorUnreachable', 'TokenRefused', 'OperatorUntrusted'] as const).map((code) => () => new StashError(code, 'no'));
  const { asked, log } = await agentWith([...refusals, () => NOTHING]);
  assert.equal(asked.length, 5);
  const { journal, pod, processes } = asked[0] ?? {};
  assert.match(journal ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual([pod, processes], ['p', []]);
  assert.deepEqual(log, ['the operator cannot be asked; it is tried again until it can', 'the operator answers again']);
});

test('an agent that was replaced ends by itself, and says so', async () => {
  const { asked, log, stopped } = await agentWith([() => new StashError('AgentReplaced', 'another run has taken the place')]);
  assert.deepEqual([asked.length, stopped, log], [1, false, ['this agent ends: another run of it has taken its place']]);
});

test('a report that is too large fails, so that the others get through', async () => {
  const large = { type: 'List' as const, snapshots: [], records: { snapshotId: 'r', text: 'x'.repeat(1_000) } };
  const small = { type: 'Probe' as const, repositoryId: 'f', created: false };
  const prepare = async (directory: string) => {
    const journal = await openJournal(directory, time);
    for (const [id, result] of [
      ['one', small],
      ['two', large],
    ] as const) {
      await journal.accept(listOrder(id, 'Repository/shop/repo'), runningReport(id));
      await journal.report({ ...runningReport(id), state: 'Succeeded', result });
    }
  };
  const { asked } = await agentWith([() => new StashError('ReportTooLarge', 'too large'), () => NOTHING], prepare);
  assert.deepEqual(
    asked[1]?.reports.map(({ orderId, state, error }) => [orderId, state, error?.code]),
    [
      ['one', 'Succeeded', undefined],
      ['two', 'Failed', 'ReportTooLarge'],
    ],
  );
});
