import type { ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DemoDatabase, startStash } from '../../scripts/demo/database.ts';
import { type Shell, stop } from '../../scripts/demo/shell.ts';
import { manifests, type Places } from './manifests.ts';
import { timed } from './timed.ts';

/** Seconds. */
export interface Taken {
  /** From the command's first moment until what it asked for is stored, as the agent reports it. */
  stored: number;
  /** Until the command ends: with retention, records and what else is done about the repository. */
  whole: number;
  /** Of the agent's steps, in their order. */
  steps: [string, number][];
}

interface Ours {
  backup(alias: 'full' | 'incremental' | 'log'): Promise<Taken & { operation: string }>;
  restore(): Promise<Taken & { replay: number }>;
  stop(): Promise<void>;
}

/** Stash from nothing, up to a repository that is ready. `directory` is STASH_DATA_DIR of the shell. */
export async function ours(shell: Shell, directory: string, database: DemoDatabase, places: Omit<Places, 'socket'>): Promise<Ours> {
  await mkdir(directory, { recursive: true });
  const up: ChildProcess = await startStash(shell, 'bin/stash', join(directory, 'up.log'));
  await shell.read('bin/stash', ['apply', '-f', '-'], manifests({ ...places, socket: database.socket }));
  await shell.read('bin/stash', ['backup', 'warm', '--wait', '--timeout', '10m']);
  const command = async (...args: string[]): Promise<{ began: number; whole: number; session: SessionView }> => {
    const began = Date.now();
    let text = '';
    const whole = await timed(async () => {
      text = await shell.read('bin/stash', [...args, '--wait', '--timeout', '60m', '-o', 'json']);
    });
    return { began, whole, session: JSON.parse(text) as SessionView };
  };
  const lines = (kind: string, name: string) => logLines(join(directory, 'logs', 'default', kind, name));
  /** A tick of the log is of the configuration, not of the session that asked for it. */
  const steps = async (alias: string, { kind, metadata }: SessionView, began: number) =>
    stepsOf(await (alias === 'log' ? lines('BackupConfiguration', 'bench') : lines(kind, metadata.name)), began);
  return {
    backup: async (alias) => {
      const { began, whole, session } = await command('backup', 'bench', '--alias', alias);
      const host = session.status.targets?.[0]?.stats[0];
      const stored = host?.endTime === undefined ? whole : (Date.parse(host.endTime) - began) / 1000;
      return { stored, whole, steps: await steps(alias, session, began), operation: host?.operation?.performed ?? '' };
    },
    restore: async () => {
      const to = join(directory, 'restored');
      const { began, whole, session } = await command('restore', 'bench', '--latest', '--to', to);
      const said = await lines(session.kind, session.metadata.name);
      await rm(to, { recursive: true, force: true });
      return { stored: whole, whole, steps: stepsOf(said, began), replay: replayOf(said) };
    },
    stop: () => stop(up),
  };
}

interface SessionView {
  kind: string;
  metadata: { name: string };
  status: { targets?: { stats: { endTime?: string; operation?: { performed?: string } }[] }[] };
}

interface LogLine {
  /** Milliseconds. */
  time: number;
  text: string;
}

async function logLines(directory: string): Promise<LogLine[]> {
  const names = await readdir(directory).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      const [, time = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      return time === '' ? [] : [{ time: Date.parse(time), text: rest }];
    }),
  );
}

/** Those that began after a time. */
function stepsOf(lines: readonly LogLine[], after: number): [string, number][] {
  const begun = new Map<string, number>();
  const steps: [string, number][] = [];
  for (const { time, text } of lines.filter((line) => line.time >= after)) {
    const started = /^(.+) started$/.exec(text)?.[1];
    const done = /^(.+) done$/.exec(text)?.[1];
    if (started !== undefined) begun.set(started, time);
    const at = done === undefined ? undefined : begun.get(done);
    if (done !== undefined && at !== undefined) steps.push([done, (time - at) / 1000]);
  }
  return steps;
}

/** From the words before the private server starts to that server's last. */
function replayOf(lines: readonly LogLine[]): number {
  const began = lines.find(({ text }) => / replay from /.test(text))?.time;
  const ended = lines.findLast(({ text }) => /mariadbd: Shutdown complete/.test(text))?.time;
  return began === undefined || ended === undefined ? 0 : (ended - began) / 1000;
}
