import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupTask } from '../../orders/order.ts';
import type { BackupResult, Report } from '../../orders/report.ts';
import { backup } from '../backup.ts';
import { type AgentHost, agentHost, linkTask, resultOf } from './agent-host.ts';

/** A host whose data is a text file, with a function that makes fulls and incrementals of it, and real repositories. */
export interface ChainHost extends Pick<AgentHost, 'stage' | 'open' | 'snapshots' | 'forget' | 'away' | 'back'> {
  /** What the next link is to hold. */
  write(text: string): void;
  /** Something the function obeys: `fail`, `need-full`, `role`, `evidence`, `full-stage`; `room` is how many bytes the stage takes. undefined takes it away. */
  tell(name: string, text: string | undefined): void;
  /** Opens the stage anew, as a new run of the agent does, and carries out one order. */
  order(operation: 'Full' | 'Incremental', change?: Partial<BackupTask>): Promise<Report>;
  /** The same, of an order that succeeds. */
  result(operation: 'Full' | 'Incremental', change?: Partial<BackupTask>): Promise<BackupResult>;
  /** What the newest snapshot of a repository holds of a link. */
  stored(name: string, link: string): Promise<string>;
  dispose(): void;
}

const SCRIPT = `
cd "$STASH_PARAM_WORLD"
if [ "$STASH_OPERATION" = Role ]; then printf '{"role":"%s","evidence":{"read_only":true}}' "$(cat role)" > "$STASH_RESULT"; exit; fi
if [ -f fail ]; then cat fail >&2; exit 3; fi
if [ -f full-stage ] && [ -d ../stage/chain ]; then
  printf '{"error":{"code":"StageFull","message":"12 MiB are needed"}}' > "$STASH_RESULT"; exit 1
fi
if [ "$STASH_OPERATION" = Incremental ]; then
  test -f "$STASH_PARENT/data" || exit 9
  if [ -f need-full ]; then printf '{"needFull":"%s","message":"%s"}' "$(cat need-full)" "$(cat evidence)" > "$STASH_RESULT"; exit; fi
fi
cp data "$STASH_STAGE/data"
printf '{"position":{"gtid":"0-1-%s"}}' "$(cat data)" > "$STASH_RESULT"
`;

export async function chainHost(repositories: readonly string[] = ['a']): Promise<ChainHost> {
  const base = mkdtempSync(join(tmpdir(), 'stash-chain-'));
  const world = join(base, 'world');
  mkdirSync(world);
  const agent = agentHost(base, repositories, async (_, bytes) => {
    const room = readFile(join(world, 'room'));
    return room === undefined || bytes <= Number(room) ? undefined : `${room} bytes can be used`;
  });
  const step = { name: 'copy', command: ['sh', '-c', SCRIPT], params: { world } };
  const order: ChainHost['order'] = async (operation, change = {}) => {
    const task = { ...linkTask(operation, step, repositories.map(agent.open)), ...change };
    return agent.carryOut('BackupSession/shop/s', task, (run, tools) => backup(run, task, tools));
  };
  return {
    ...agent,
    write: (text) => writeFileSync(join(world, 'data'), text),
    tell: (name, text) => (text === undefined ? rmSync(join(world, name)) : writeFileSync(join(world, name), text)),
    order,
    result: async (operation, change) => resultOf(await order(operation, change), 'Backup'),
    stored: async (name, link) => {
      const newest = (await agent.snapshots(name)).at(-1);
      return agent.load(name, newest?.id ?? '', join(agent.stage, 'chain', link, 'data'));
    },
    dispose: () => rmSync(base, { recursive: true }),
  };
}

/** Two repositories that hold a chain of one full, with the text 1. */
export async function begunChain(): Promise<ChainHost> {
  const host = await chainHost(['a', 'b']);
  host.write('1');
  await host.result('Full');
  return host;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
