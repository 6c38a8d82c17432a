import type { Command } from 'commander';
import { formatState } from '../../rules/gtid/state.ts';
import { holesOf, type OpenHole } from '../../rules/window/holes.ts';
import { recoverableInterval, timeText } from '../../rules/window/recoverable.ts';
import { replayableFrom } from '../../rules/window/replayable.ts';
import type { Cli, GlobalOptions } from '../cli.ts';
import { withStore } from '../connect.ts';
import { parseInvokerRef } from '../invoker.ts';
import { dataText, parseFormat } from '../output/print.ts';
import { drawWindow } from '../window/draw.ts';
import { type RepositoryWindow, readWindow } from '../window/read-window.ts';
import { windowTable } from '../window/window-table.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('window')
    .description('show what databases can be restored to: intervals of time and GTIDs, and the holes between them')
    .argument('<config>', 'a BackupConfiguration, or backupbatch/NAME')
    .option('--repository <name>', 'only of this repository')
    .option('--draw', 'draw it over the table; a terminal gets that anyway')
    .option('--no-draw', 'the table alone')
    .option('-o, --output <format>', 'json, yaml or wide')
    .option('--no-headers', 'leave out the header line')
    .addHelpText('after', HELP)
    .action(async (config: string, _options, command: Command) => {
      await window(cli, config, command.optsWithGlobals());
    });
}

const HELP = `
The repositories themselves are asked, so this works whether or not "stash up" runs. Every commit inside an interval can be restored to
("stash restore CONFIGURATION --at TIME", or --gtid); a point is a backup that no logs go on from (--snapshot). A hole that names a
timeline (· where it is drawn) goes on until the next backup: what is archived of that timeline goes on from none.

Examples:
  stash window orders-db
  stash window backupbatch/nightly
  stash window orders-db -o json`;

interface WindowOptions extends GlobalOptions {
  repository?: string;
  draw?: boolean;
  output?: string;
  headers: boolean;
}

async function window(cli: Cli, config: string, options: WindowOptions): Promise<void> {
  const format = parseFormat(options.output);
  const windows = await withStore(cli, options, (store) => readWindow(cli, store, config, options));
  const { kind, name } = parseInvokerRef(config);
  const unread = new Map(
    windows.flatMap(({ repository, fromStatus }) => (fromStatus === undefined ? [] : [[repository.name, fromStatus]])),
  );
  for (const [repository, why] of unread) cli.err.write(`${repository}: as the status of the ${kind} says, since ${why}\n`);
  if (format === 'json' || format === 'yaml') {
    const of = kind === 'BackupBatch' ? { batch: name } : { configuration: name };
    cli.out.write(dataText({ ...of, repositories: windows.map(data) }, format));
    return;
  }
  if (windows.every(({ intervals, open }) => intervals.length === 0 && open === undefined)) {
    cli.err.write(`nothing is stored that "${name}" could be restored to a point with\n`);
    return;
  }
  if (options.draw ?? cli.out.terminal) cli.out.write(`${drawWindow(windows, cli.out.width).join('\n')}\n\n`);
  const lines = windowTable(windows, format === 'wide');
  cli.out.write(`${(options.headers ? lines : lines.slice(1)).join('\n')}\n`);
  for (const { repository, open } of windows) if (open !== undefined) cli.err.write(`${openText(repository.name, open)}\n`);
}

function openText(repository: string, { host, timeline, from }: OpenHole): string {
  return `${repository}: nothing after ${timeText(from)} can be restored: the log that is archived now (timeline ${timeline} of ${host}) goes on from no backup; run a backup`;
}

function data({ repository, target, stored, intervals, open }: RepositoryWindow) {
  const key = `${repository.namespace}/${repository.name}`;
  const holes = [
    ...holesOf(intervals).map(hole),
    ...(open === undefined ? [] : [{ ...hole(open), host: open.host, timeline: open.timeline, untilNextBackup: true }]),
  ];
  const tell = replayableFrom(stored);
  const backups = stored.bases.map((base) => {
    const replayable = tell(base);
    const gtid = base.state === undefined ? {} : { gtid: formatState(base.state) };
    const further = replayable === undefined ? {} : { replayable: { ...replayable, until: timeText(replayable.until) } };
    return { snapshot: base.id, host: base.host, time: timeText(base.time), ...gtid, ...further };
  });
  return { repository: key, target, intervals: intervals.map((one) => recoverableInterval(one, key)), holes, backups };
}

function hole({ from, to, gtidFrom, gtidTo }: ReturnType<typeof holesOf>[number]) {
  return { from: timeText(from), to: timeText(to), gtidFrom, gtidTo };
}
