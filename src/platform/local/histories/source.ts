import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../../../functions/mariadb/testing/test-server.ts';
import { tablesOn } from './tables.ts';

/** A moment of the source: everything up to this transaction, and what each table held then. */
export interface Moment {
  /** The last transaction; there is one domain. */
  gtid: string;
  /** RFC 3339, by the server's clock; whole seconds are not cut off. */
  time: string;
  tables: string;
  /** Which step came to an end here. */
  after: string;
}

/** Two servers, one of which replicates the other, and everything that was ever true of the one that is written to. */
export interface Source {
  readonly servers: readonly TestServer[];
  primary(): TestServer;
  replica(): TestServer;
  readonly moments: readonly Moment[];
  /** Runs statements on the primary and remembers what it holds then. */
  write(step: string, statements: string): Promise<void>;
  /** The replica has all that the primary has. */
  caughtUp(): Promise<void>;
  /** The replica becomes the primary and the other way round. `lose`: the old one dies with transactions that nobody else has. */
  failover(lose: boolean): Promise<void>;
  /** The primary was restored in place: what it holds is a moment again, and the replica begins anew as a copy of it. */
  wentBack(): Promise<void>;
  /** A history that was left behind has this GTID too, for something that may be no moment. */
  isReused(gtid: string): boolean;
  dispose(): Promise<void>;
}

const execute = promisify(execFile);
const REPLICATION = { user: 'replication', password: 'replicate-1234' };
const OPTIONS = ['log-bin=binlog', 'log-slave-updates', 'gtid-strict-mode', 'sync-binlog=1', 'max-allowed-packet=64M'];

export async function startSource(): Promise<Source> {
  const servers = await Promise.all(
    [1, 2].map((id) => startTestServer({ tcp: true, options: [...OPTIONS, `server-id=${id}`, `gtid-domain-id=0`] })),
  );
  const moments: Moment[] = [];
  /** Stretches of sequence numbers that were given out twice. */
  const left: { from: number; to: number }[] = [];
  let at = 0;
  const primary = () => server(at);
  const replica = () => server(1 - at);
  const server = (index: number): TestServer => {
    const found = servers[index];
    if (found === undefined) throw new Error(`there is no server ${index}`);
    return found;
  };
  for (const one of servers) await one.sql('RESET MASTER');
  await primary().sql(`CREATE USER '${REPLICATION.user}'@'%' IDENTIFIED BY '${REPLICATION.password}';
    GRANT REPLICATION SLAVE ON *.* TO '${REPLICATION.user}'@'%'; CREATE DATABASE h0; CREATE DATABASE h1;
    CREATE TABLE h0.t0 (i INT AUTO_INCREMENT PRIMARY KEY, t LONGTEXT, n INT DEFAULT 0)`);
  await follow(replica(), primary());
  const source: Source = {
    servers,
    primary,
    replica,
    moments,
    write: async (after, statements) => {
      await primary().sql(`USE h0; ${statements}`);
      const moment = await momentOf(primary());
      moments.push({ ...moment, after });
    },
    caughtUp: async () => {
      const [[position = ''] = []] = await primary().sql('SELECT @@gtid_binlog_pos');
      const [[reached] = []] = await replica().sql(`SELECT MASTER_GTID_WAIT('${position}', 30)`);
      if (reached !== '0')
        throw new Error(`the replica did not reach ${position}: ${JSON.stringify(await replica().sql('SHOW ALL SLAVES STATUS'))}`);
    },
    failover: async (lose) => {
      const [old, next] = [primary(), replica()];
      await source.caughtUp();
      await next.sql('STOP ALL SLAVES');
      if (lose) {
        await source.write('a write that is lost', `INSERT INTO h0.t0 (t) VALUES ('lost')`);
        await kill(old);
      }
      await next.sql('RESET SLAVE ALL; SET GLOBAL read_only = 0');
      at = 1 - at;
      if (lose) {
        moments.push({ ...(await momentOf(next)), after: 'losing a write' });
        // What the old one alone has, it cannot take along: it begins anew, as a copy of the new one.
        await cloneInto(old, next);
      }
      await follow(old, next);
    },
    wentBack: async () => {
      const leftAt = sequenceOf(moments.at(-1)?.gtid ?? '');
      moments.push({ ...(await momentOf(primary())), after: 'going back' });
      left.push({ from: sequenceOf(moments.at(-1)?.gtid ?? ''), to: leftAt });
      await cloneInto(replica(), primary());
      await follow(replica(), primary());
    },
    isReused: (gtid) => left.some(({ from, to }) => sequenceOf(gtid) > from && sequenceOf(gtid) <= to),
    dispose: async () => {
      for (const one of servers) await one.dispose();
    },
  };
  return source;
}

function sequenceOf(gtid: string): number {
  return Number(gtid.split('-').at(-1));
}

async function follow(replica: TestServer, primary: TestServer): Promise<void> {
  const { host = '127.0.0.1', port = 0 } = primary.connection({ username: '', password: '' }, 'tcp');
  await replica.sql(`SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos; CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port},
    MASTER_USER='${REPLICATION.user}', MASTER_PASSWORD='${REPLICATION.password}', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1;
    SET GLOBAL read_only = 1; START SLAVE`);
}

/** As an administrator would: the files of a server that has stopped, under the identity of another. */
async function cloneInto(old: TestServer, next: TestServer): Promise<void> {
  await old.stop();
  await next.stop();
  rmSync(old.datadir, { recursive: true });
  cpSync(next.datadir, old.datadir, { recursive: true, preserveTimestamps: true });
  await execute('chown', ['-R', `--reference=${next.datadir}`, old.datadir]);
  await next.start();
  await old.start();
}

async function momentOf(server: TestServer): Promise<Omit<Moment, 'after'>> {
  const tables = await tablesOn((statement) => server.sql(statement));
  const [[gtid = '', time = ''] = []] = await server.sql(POSITION);
  return { gtid, time, tables };
}

const POSITION = "SELECT @@gtid_binlog_pos, DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')";

export async function kill(server: TestServer): Promise<void> {
  const running = server.process();
  if (running === undefined) return;
  process.kill(running.pid, 'SIGKILL');
  await server.stop();
}
