import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import { run } from '../../process/run.ts';
import type { FunctionContext } from '../function.ts';
import type { JudgedLogs } from './judge-logs.ts';
import { damaged } from './log-series.ts';
import { LARGEST_PACKET, NO_SUCH_PROGRAM, type PrivateServer } from './private-server.ts';
import { settleAccountSql } from './replay-account.ts';
import type { Servant } from './servant.ts';

/**
 * Each piece is decoded by itself, so that the torn end of a binlog whose server was killed is never read; all go into one session. Ends
 * with the client's exit code; that of the decoder is in the file.
 *
 * A line of comment between statements costs the client a round trip to the server, and the decoder writes a dozen of them for a transaction
 * of one row: those that it need not write are left out, and all of them where no statement has a comment of its own that counts.
 */
const PIPE = `failed=$1 list=$2 settle=$3 user=$4 comments=$5 enter=$6 search=$7
{ cat "$settle/-"; while read -r start stop then path; do
  $search mariadb-binlog --no-defaults --verify-binlog-checksum --skip-annotate-row-events --skip-print-row-count --skip-print-row-event-positions \\
    --local-load=tmp --start-position="$start" --stop-position="$stop" "$path" </dev/null ||
    { echo "$? $path" >"$failed"; break; }
  if [ -e "$settle/$then" ]; then cat "$settle/$then"; fi
done <"$list"; } |
  exec $enter mariadb --no-defaults --socket=server.sock --user="$user" --max-allowed-packet=${LARGEST_PACKET} --binary-mode "$comments" --local-infile=1`;

/** Throws ReplayFailed with what the server said, LogsDamaged, ToolMissing or Canceled. */
export async function pipeLogs(
  context: FunctionContext,
  server: PrivateServer,
  { segments, commented }: Pick<JudgedLogs, 'segments' | 'commented'>,
  servant: Servant,
): Promise<void> {
  const place = join(context.scratch, 'replay');
  const [failed, list, settle] = [join(place, 'failed'), join(place, 'segments'), join(place, 'settle')];
  await mkdir(settle);
  await writeFile(failed, '');
  await writeFile(join(settle, '-'), settleAccountSql(server.account));
  const lines = segments.map(
    ({ start, stop, path, ...after }, at) => `${start} ${stop} ${after.settle === undefined ? 'nothing' : at} ${path}\n`,
  );
  await writeFile(list, lines.join(''));
  for (const [at, one] of segments.entries())
    if (one.settle !== undefined) await writeFile(join(settle, `${at}`), settleAccountSql(server.account, one.settle.invoker));
  const ended = await run({
    command: 'sh',
    args: [
      '-c',
      PIPE,
      'replay',
      failed,
      list,
      settle,
      server.account.user,
      commented ? '--comments' : '--skip-comments',
      ...entering(servant),
    ],
    // All paths of the client are from here: it is let into no other directory.
    cwd: place,
    env: { ...context.env, MYSQL_PWD: server.account.password },
    signal: context.signal,
    onStdout: context.log,
    onStderr: context.log,
    stderrTailBytes: 16 * 1024,
  });
  if (context.signal.aborted) throw new StashError('Canceled', 'the restore was stopped during the replay');
  const decoder = await readFile(failed, 'utf8');
  if (ended.exitCode === NO_SUCH_PROGRAM || decoder.startsWith(`${NO_SUCH_PROGRAM} `))
    throw new StashError('ToolMissing', 'mariadb or mariadb-binlog is not installed here: logs cannot be replayed without them');
  const warned = /^WARNING: .*/m.exec(ended.stderrTail)?.[0];
  if (ended.exitCode === 0 && decoder === '' && warned === undefined) return;
  const said = ended.stderrTail.trim().split('\n').slice(-3).join(' / ');
  // A line of what the client was piped means nothing to anybody.
  const refused = ended.stderrTail
    .match(/^ERROR \d+.*$/gm)
    ?.at(-1)
    ?.replace(/ at line \d+/, '');
  if (refused !== undefined || decoder === '') throw new StashError('ReplayFailed', refused ?? warned ?? said);
  throw damaged(`mariadb-binlog could not read a binlog (exit code ${decoder.trim()}): ${said}`);
}

function entering({ enter, enterSearching }: Servant): string[] {
  return [enter, enterSearching].map((words) => words.join(' '));
}
