import { type Command, InvalidArgumentError } from 'commander';
import { type Cli, type GlobalOptions, namespaceOf, placeOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { readInvoker } from '../invoker.ts';
import { noteMissingOperator } from '../operator-runs.ts';
import { relative } from '../output/age.ts';
import { type Color, colorPhase } from '../output/color.ts';
import { localTime } from '../output/local-time.ts';
import { dataText, parseFormat } from '../output/print.ts';
import { tableLines } from '../output/table.ts';
import { type AliasPlan, aliasPlans } from '../plan/aliases.ts';
import { lineBindingReader } from '../plan/line-bindings.ts';
import { type UpcomingRun, upcomingRuns } from '../plan/upcoming.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('schedule')
    .description('show the next runs of every alias, what each would do and why')
    .argument('<config>', 'a BackupConfiguration, or backupbatch/NAME')
    .option('--count <n>', 'how many runs', count, 10)
    .option('-o, --output <format>', 'json or yaml')
    .action(async (config: string, _options, command: Command) => {
      await schedule(cli, config, command.optsWithGlobals());
    });
}

interface ScheduleOptions extends GlobalOptions {
  count: number;
  output?: string;
}

async function schedule(cli: Cli, config: string, options: ScheduleOptions): Promise<void> {
  const format = parseFormat(options.output);
  await withStore(cli, options, async (store) => {
    const now = cli.clock.now();
    const invoker = await readInvoker(store, config, namespaceOf(options));
    const plans = aliasPlans(invoker, await lineBindingReader(store, placeOf(options))(invoker));
    const runs = upcomingRuns(plans, now, options.count);
    if (format === 'json' || format === 'yaml') {
      cli.out.write(dataText({ aliases: plans, runs: runs.map(({ time, plan }) => ({ time: time.toISOString(), ...plan })) }, format));
    } else {
      cli.out.write(scheduleText(plans, runs, now, cli.out.color));
    }
  });
  await noteMissingOperator(cli, options, 'nothing runs before it is started');
}

/** Two tables: how each schedule was understood and whether it runs, and the runs. */
export function scheduleText(plans: readonly AliasPlan[], runs: readonly UpcomingRun[], now: Date, color: Color): string {
  const ofBatch = plans.some((plan) => plan.member !== undefined);
  const member = (plan: AliasPlan) => (ofBatch ? [plan.member ?? 'all'] : []);
  const memberHeader = ofBatch ? ['MEMBER'] : [];
  const aliases = tableLines(
    ['ALIAS', ...memberHeader, 'OPERATION', 'SCHEDULE', 'UNDERSTOOD', 'TIME ZONE', 'WOULD', 'WHY'],
    plans.map((plan) => [
      plan.alias,
      ...member(plan),
      plan.operation,
      plan.schedule ?? '',
      plan.understood ?? '',
      plan.timeZone,
      colorPhase(color, plan.would),
      plan.why || ' ',
    ]),
  );
  const upcoming = tableLines(
    ['TIME', 'IN', 'ALIAS', ...memberHeader, 'OPERATION', 'WOULD'],
    runs.map(({ time, plan }) => [
      localTime(time, plan.timeZone),
      relative(time, now).replace(/^in /, ''),
      plan.alias,
      ...member(plan),
      plan.operation,
      colorPhase(color, plan.would),
    ]),
  );
  return [...aliases, '', ...(runs.length > 0 ? upcoming : ['no runs are scheduled']), ''].join('\n');
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) throw new InvalidArgumentError('It is not a whole number from 1 to 1000.');
  return value;
}
