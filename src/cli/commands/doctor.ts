import type { Command } from 'commander';
import type { Cli, GlobalOptions } from '../cli.ts';
import { dataDirOf } from '../data-dir.ts';
import { type Check, checkMachine } from '../doctor/checks.ts';
import { ExitWith } from '../exit-with.ts';
import type { Color } from '../output/color.ts';
import { dataText, parseFormat } from '../output/print.ts';
import { alignRows } from '../output/table.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('say what is missing on this machine, or in the cluster, and how to get it')
    .option('-o, --output <format>', 'json or yaml')
    .addHelpText('after', '\nExit code 1 when something that is always needed is missing.')
    .action(async (_options, command: Command) => {
      await doctor(cli, command.optsWithGlobals());
    });
}

async function doctor(cli: Cli, options: GlobalOptions & { output?: string }): Promise<void> {
  const format = parseFormat(options.output);
  const checks = options.credentials === undefined ? await checkMachine(dataDirOf(cli, options), cli.env) : await onCluster(cli, options);
  const missing = checks.some((check) => check.result === 'missing');
  if (format === 'json' || format === 'yaml') cli.out.write(dataText({ ok: !missing, checks }, format));
  else cli.out.write(doctorText(checks, cli.out.color));
  if (missing) throw new ExitWith(1);
}

async function onCluster(cli: Cli, options: GlobalOptions): Promise<Check[]> {
  const { checkCluster } = await import('../cluster/doctor.ts');
  return checkCluster(cli, options);
}

export function doctorText(checks: readonly Check[], color: Color): string {
  const words = { ok: color.good('ok'), missing: color.bad('MISSING'), optional: color.busy('optional'), note: color.dim('note') };
  const rows = alignRows(
    checks.map((check) => [words[check.result], check.name, check.found]),
    2,
  );
  const lines = checks.flatMap((check, index) => {
    const line = rows[index] ?? '';
    return check.remedy === undefined ? [line] : [line, `          for ${check.use}: ${check.remedy}`];
  });
  const wrong = checks.filter((check) => check.result === 'missing');
  const verdict =
    wrong.length === 0 ? 'Everything that is always needed is here.' : `Missing: ${wrong.map((check) => check.name).join(', ')}.`;
  return `${[...lines, '', verdict].join('\n')}\n`;
}
