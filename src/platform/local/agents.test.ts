import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { OrderError } from '../../orders/report.ts';
import { heldBy } from '../../runtime/exclusive-holder.ts';
import { silentLogger } from '../../runtime/log.ts';
import { agentProcesses } from './agents.ts';
import { agentLock, directoriesOf } from './directories.ts';
import { childEnvironment } from './environment.ts';
import { eventually } from './testing/eventually.ts';

const AGENT = 'repository/default/local';
const timing = { restart: [10], silent: 1_000, look: 50 };

interface DeskStandIn {
  silence: () => number | undefined;
  forget?: () => void;
  refuse: (agent: string, error: OrderError) => void;
}

function setUp(desk: DeskStandIn) {
  const dataDir = mkdtempSync(join(tmpdir(), 'stash-agents-'));
  const directories = directoriesOf(dataDir);
  writeFileSync(directories.token, 'x'.repeat(32));
  const agents = agentProcesses({
    directories,
    baseEnv: childEnvironment(process.env),
    log: silentLogger(),
    desk: { busy: () => true, forget: () => undefined, ...desk },
    timing,
  });
  const pid = () => heldBy(agentLock(join(directories.agents, AGENT)))?.pid;
  return { agents, directories, pid, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

test('an agent that runs and is not heard of is killed and started again', async () => {
  let silent = false;
  const { agents, pid, remove } = setUp({
    silence: () => (silent ? 60_000 : 0),
    forget: () => {
      silent = false;
    },
    refuse: () => undefined,
  });
  agents.ensure(AGENT);
  await eventually('the agent runs', () => pid() !== undefined);
  const first = pid();
  process.kill(first ?? 0, 'SIGSTOP');
  silent = true;
  await eventually('another process is the agent', () => ![undefined, first].includes(pid()));
  await agents.stop();
  remove();
});

test('the orders of an agent that cannot be started fail and say why', async () => {
  const refused: OrderError[] = [];
  const { agents, directories, remove } = setUp({ silence: () => undefined, refuse: (_agent, error) => void refused.push(error) });
  mkdirSync(join(directories.agents, AGENT), { recursive: true });
  writeFileSync(join(directories.agents, AGENT, 'state'), 'a file where the directory should be');
  agents.ensure(AGENT);
  await eventually('its orders are refused', () => refused.length > 0);
  assert.equal(refused[0]?.code, 'StageUnusable');
  assert.match(refused[0]?.message ?? '', /repository\/default\/local cannot be started: .*(EEXIST|ENOTDIR)/);
  await agents.stop();
  remove();
});
