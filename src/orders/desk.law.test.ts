import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AgentDesk, createDesk } from './desk.ts';
import { orderIdOf } from './order-id.ts';
import { type PollRequest, type PollResponse, PROTOCOL } from './protocol.ts';
import type { Report } from './report.ts';
import { listOrder, runningReport } from './testing/order.ts';

/** The agent's side of the protocol, without processes and disks. What is in `reports` is journaled: it survives a kill. */
class ModelAgent {
  reports = new Map<string, Report>();
  running = new Set<string>();
  stopping = new Set<string>();
  started: string[] = [];
  journal = 0;
  pod = 0;

  request(): PollRequest {
    const reports = [...this.reports.values()];
    const who = { protocol: PROTOCOL, agent: 'a', instance: `i${this.pod}`, journal: `j${this.journal}`, pod: `p${this.pod}` };
    return { ...who, reports, stopping: [...this.stopping], ended: [], waitMs: 0 };
  }

  take(response: PollResponse): void {
    for (const id of response.acknowledged) if (!this.running.has(id)) this.reports.delete(id);
    for (const { orderId } of response.cancel) if (this.running.has(orderId)) this.stopping.add(orderId);
    for (const { id } of response.orders) {
      if (this.reports.has(id)) continue;
      this.reports.set(id, runningReport(id));
      this.running.add(id);
      this.started.push(id);
    }
  }

  finish(id: string, state: 'Succeeded' | 'Failed'): void {
    this.running.delete(id);
    this.stopping.delete(id);
    this.reports.set(id, { ...runningReport(id), state });
  }

  kill(): void {
    for (const id of [...this.running]) this.finish(id, 'Failed');
  }

  /** Another pod, with a stage of its own. Answers with the request that the old one would still make. */
  replace(): PollRequest {
    const old = this.request();
    this.journal += 1;
    this.pod += 1;
    for (const all of [this.reports, this.running, this.stopping]) all.clear();
    return old;
  }
}

/** What controllers do: give until there is a report, acknowledge once the outcome is in status, drop what is gone. */
class Model {
  agent = new ModelAgent();
  status = new Map<string, Report | undefined>();
  dropped = new Set<string>();
  notified = new Set<string>();
  /** Status says that an agent has had it. */
  begun = new Set<string>();
  /** Begun before an operator died that had not written it down yet: no later one can know. */
  unknown = new Set<string>();
  /** What pods that are gone would still send. */
  ghosts: PollRequest[] = [];
  /** Instances that have polled this operator. */
  met = new Set<string>();
  desk: AgentDesk;

  constructor() {
    this.desk = this.newDesk();
  }

  newDesk(): AgentDesk {
    const notify = (purpose: string) => this.notified.add(purpose);
    return createDesk({
      now: () => '2026-11-22T10:00:00.000Z',
      epoch: 1,
      ensureAgent: () => undefined,
      notify,
      endedProcess: () => undefined,
    });
  }

  reconcile(name: string): void {
    const purpose = `BackupSession/shop/${name}`;
    const id = orderIdOf(purpose, '1');
    const report = this.desk.report(id);
    if (this.dropped.has(name) || !this.status.has(name) || this.status.get(name) !== undefined) this.desk.drop(purpose);
    else if (report === undefined) this.desk.give('a', listOrder(id, purpose), this.begun.has(name));
    else if (report.state === 'Running') this.begun.add(name);
    else {
      this.status.set(name, report);
      this.desk.acknowledge(id);
    }
  }

  async poll(answerArrives: boolean): Promise<PollResponse> {
    const request = this.agent.request();
    this.met.add(request.instance);
    const response = await this.desk.poll(request, AbortSignal.abort());
    if (answerArrives) this.agent.take(response);
    for (const purpose of this.notified) this.reconcile(purpose.split('/')[2] ?? '');
    this.notified.clear();
    return response;
  }

  /** `told`: the platform says that the pod is gone for good, before its successor asks for the first time. */
  replacePod(told: boolean): void {
    const { pod } = this.agent;
    this.ghosts.push(this.agent.replace());
    if (told) this.desk.lost('a', LOST, `p${pod}`);
  }

  /** A pod that was thought gone asks again; whoever has heard of its successor does not listen to it. */
  async ghostPolls(): Promise<void> {
    const [ghost] = this.ghosts;
    if (ghost === undefined || this.desk.silence('a') === undefined) return;
    await this.desk.poll(this.agent.request(), AbortSignal.abort()).then((response) => this.agent.take(response));
    if (!this.met.has(ghost.instance)) return;
    await assert.rejects(this.desk.poll(ghost, AbortSignal.abort()), /has taken the place of this one/);
  }

  restartOperator(): void {
    this.met.clear();
    for (const id of this.agent.started) if (!this.begun.has(nameOf(id))) this.unknown.add(id);
    this.desk = this.newDesk();
    for (const name of this.status.keys()) this.reconcile(name);
  }
}

const LOST = { code: 'AgentLost', message: 'its pod is gone', remedy: '' };
const nameOf = (id: string) => decodeURIComponent(id).split('/')[2]?.split('#')[0] ?? '';
const NAMES = ['one', 'two', 'three'];
const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ do: fc.constant('reconcile' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ do: fc.constant('delete' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ do: fc.constant('poll' as const), arrives: fc.boolean() }),
  fc.record({ do: fc.constant('finish' as const), ok: fc.boolean() }),
  fc.record({ do: fc.constant('killAgent' as const) }),
  fc.record({ do: fc.constant('restartOperator' as const) }),
  fc.record({ do: fc.constant('replacePod' as const), told: fc.boolean() }),
  fc.record({ do: fc.constant('ghostPolls' as const) }),
);

test('whatever restarts and gets lost, an order runs once, its outcome reaches its object, and nothing is left over', async () => {
  const history = fc.array(step, { maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const model = new Model();
      for (const one of steps) {
        if (one.do === 'create' && !model.status.has(one.name)) model.status.set(one.name, undefined);
        if (one.do === 'reconcile') model.reconcile(one.name);
        if (one.do === 'delete' && model.status.has(one.name)) {
          model.dropped.add(one.name);
          model.reconcile(one.name);
        }
        if (one.do === 'poll') await model.poll(one.arrives);
        if (one.do === 'finish')
          for (const id of [...model.agent.running].slice(0, 1)) model.agent.finish(id, one.ok ? 'Succeeded' : 'Failed');
        if (one.do === 'killAgent') model.agent.kill();
        if (one.do === 'restartOperator') model.restartOperator();
        if (one.do === 'replacePod') model.replacePod(one.told);
        if (one.do === 'ghostPolls') await model.ghostPolls();
      }
      const last = await settle(model);
      const twice = model.agent.started.filter((id, at, all) => all.indexOf(id) !== at && !model.unknown.has(id));
      assert.deepEqual(twice, [], 'ran twice');
      for (const [name, outcome] of model.status) assert.ok(outcome !== undefined || model.dropped.has(name), `${name} has no outcome`);
      assert.equal(model.agent.reports.size, 0, 'the agent keeps reports for ever');
      assert.equal(model.desk.busy('a'), false);
      assert.deepEqual(last, { epoch: 1, orders: [], cancel: [], acknowledged: [], cleared: [], idle: true });
    }),
    { numRuns: 500 },
  );
});

/** Everybody goes on without further trouble, until nothing moves. */
async function settle(model: Model): Promise<PollResponse> {
  for (let round = 0; ; round++) {
    for (const name of NAMES) if (model.status.has(name)) model.reconcile(name);
    const response = await model.poll(true);
    for (const id of [...model.agent.running]) model.agent.finish(id, model.agent.stopping.has(id) ? 'Failed' : 'Succeeded');
    if (round > 12) return response;
  }
}
