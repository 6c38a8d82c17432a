import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase } from '../scripts/demo/database.ts';
import { shellIn } from '../scripts/demo/shell.ts';
import { childEnvironment } from '../src/platform/local/environment.ts';
import { fill } from './mariadb/data.ts';
import { limitOf, ratios } from './mariadb/figures.ts';
import { MEASURED, type Round, round } from './mariadb/round.ts';
import { timed } from './mariadb/timed.ts';

/**
 * `mariadb.ts [MB] [ROUNDS]`: full, incrementals, log and restore of a real server, against the same tools by hand, in turn, in one run; the
 * shortest of the rounds counts on either side. MB of data, 512 unless given; 4096 is what the goals are about: full and restore at most
 * 1.05 times by hand plus 2 s, an incremental after no change at most 3 s more than by hand, an idle agent at most 70 MB.
 *
 * Durability: mariadb-backup and restic (its repository) sync the same files on both sides, and both end a restore with a sync of its file
 * system. Stash syncs what it keeps of its own besides: links' names, indexes, journal, copied binlogs one by one (by hand: one sync).
 * By hand nothing proves that the directory is the server's, asks for the role, looks into the repository before an incremental, judges the
 * logs before the replay, counts what was replayed, or sets the GTID position; all of that is in Stash's time.
 */
const root = join(import.meta.dirname, '..');
const [megabytes, rounds] = [Number(process.argv[2] ?? 512), Number(process.argv[3] ?? 2)];
const directory = join(process.env.BENCH_DIR ?? tmpdir(), `stash-bench-${process.pid}`);
const login = { username: 'stash', password: randomBytes(12).toString('hex') };
const env = childEnvironment(process.env);
const GOAL = { factor: 1.05, allowance: 2 };
const UNCHANGED = { factor: 1, allowance: 3 };
const IDLE_MB = 70;

await mkdir(directory, { recursive: true });
const database = await startDatabase(join(directory, 'mariadb'), shellIn(root, env));
try {
  const took = await timed(() => fill(database, megabytes, login));
  console.log(`${megabytes} MB of rows in ${took.toFixed(0)} s`);
  const done: Round[] = [];
  for (let at = 1; at <= rounds; at++) {
    console.log(`round ${at} of ${rounds}`);
    const password = randomBytes(12).toString('hex');
    const place = join(directory, `round-${at}`);
    done.push(await round({ root, directory: place, database, env, password, login, megabytes, say: (line) => console.log(line) }));
  }
  report(done);
} finally {
  await database.stop();
  await rm(directory, { recursive: true, force: true });
}

function report(done: readonly Round[]): void {
  const best = (of: (one: Round) => number) => Math.min(...done.map(of));
  const most = (of: (one: Round) => number) => Math.max(...done.map(of));
  const goals = { full: GOAL, restore: GOAL, unchanged: UNCHANGED } as Partial<Record<(typeof MEASURED)[number], typeof GOAL>>;
  const figures = MEASURED.map((name) => {
    const [ours, raw] = [best(({ pairs }) => pairs[name].stored), best(({ pairs }) => pairs[name].raw)];
    const goal = goals[name];
    return { name, ours, raw, ...(goal === undefined ? {} : { limit: limitOf(raw, goal) }) };
  });
  for (const { name, ours, raw, limit } of figures)
    console.log(
      `${name}: ${ours.toFixed(1)} s, by hand ${raw.toFixed(1)} s${limit === undefined ? '' : `, at most ${limit.toFixed(1)} s`}`,
    );
  const [ours, raw] = [most(({ replay }) => replay.ours), most(({ replay }) => replay.raw)];
  console.log(`replay: ${ours.toFixed(1)} MB/s, by hand ${raw.toFixed(1)} MB/s, each with its server's start and end`);
  const idle = most(({ memory }) => memory.idle.rss);
  for (const what of ['idle', 'agent', 'functions'] as const)
    console.log(
      `memory ${what}: RSS ${most(({ memory }) => memory[what].rss).toFixed(0)} MB, PSS ${most(({ memory }) => memory[what].pss).toFixed(0)} MB`,
    );
  const { lines, met } = ratios([...figures, { name: 'idle', ours: idle, limit: IDLE_MB }]);
  for (const line of lines) console.log(line);
  process.exitCode = met ? 0 : 1;
}
