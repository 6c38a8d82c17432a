import { inside } from './applications.ts';
import { load, SCHEMA, server } from './database.ts';
import { waitFor } from './wait-for.ts';

const LOGIN = "MASTER_USER='replica', MASTER_PASSWORD='copy', MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos";

/** `app` has no right to write where `read_only` is set. */
export const REPLICATED_SCHEMA = `${SCHEMA}
CREATE USER 'replica'@'%' IDENTIFIED BY 'copy'; GRANT REPLICATION SLAVE ON *.* TO 'replica'@'%';
CREATE USER 'app'@'localhost'; GRANT INSERT ON shop.* TO 'app'@'localhost';`;

/** A server that is asked to end lets its replicas have everything first. */
const LAST_WRITES = `
mariadb -uroot -e 'SHUTDOWN WAIT FOR ALL SLAVES'
while [ -e /run/mysqld/mysqld.pid ]; do sleep 0.1; done`;

interface StatefulSet {
  spec: { template: { spec: { containers: { name: string }[] } } };
}

/** Two servers, empty and read-only until somebody says which is the primary; beside each a client that writes where it may. */
export function replicated(name: string): object[] {
  const made = server(name, 2, { empty: true }) as StatefulSet;
  const { spec, ...template } = made.spec.template;
  const own: Record<string, object> = {
    mariadb: { command: ['start', '--read-only'], lifecycle: { preStop: { exec: { command: ['sh', '-c', LAST_WRITES] } } } },
    load: { command: ['sh', '-c', load('app')] },
  };
  const containers = spec.containers.map((one) => ({ ...one, ...own[one.name] }));
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: { app: name }, ports: [{ port: 3306 }] },
    },
    { ...made, spec: { ...made.spec, podManagementPolicy: 'Parallel', template: { ...template, spec: { ...spec, containers } } } },
  ];
}

/** Statements for a server that is to follow another; it may have been the primary itself. */
export function following(primary: string): string {
  const service = primary.replace(/-\d+$/, '');
  return `STOP SLAVE; SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos;
    CHANGE MASTER TO MASTER_HOST='${primary}.${service}', ${LOGIN}; START SLAVE`;
}

/** The servers of `replicated`, as an administrator has them in hand. */
interface Servers {
  sql: (pod: string, statements: string) => Promise<string>;
  /** Waits until it follows without an error. */
  replicates: (pod: string) => Promise<void>;
  /** Waits until it has applied what its primary, which is gone, had sent. */
  drained: (pod: string) => Promise<void>;
  /** Waits until it has all that its primary has. */
  caughtUp: (pod: string, primary: string) => Promise<void>;
  promote: (pod: string) => Promise<void>;
  follow: (pod: string, primary: string) => Promise<void>;
  /** Waits until `primary` is written to and the writes arrive at `replica`. */
  arrives: (primary: string, replica: string) => Promise<void>;
  /** Of everything that the load does not change. */
  sums: (pod: string) => Promise<string>;
}

export function serversOf(namespace: string): Servers {
  const sql = (pod: string, text: string) => inside(namespace, pod, `mariadb -uroot -BN <<'END'\n${text}\nEND`, 'mariadb');
  const replication = async (pod: string) => {
    const text = await inside(namespace, pod, "mariadb -uroot -e 'SHOW ALL SLAVES STATUS\\G'", 'mariadb');
    const value = (name: string) => new RegExp(`^\\s*${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    return {
      io: value('Slave_IO_Running'),
      sql: value('Slave_SQL_Running'),
      sent: value('Gtid_IO_Pos'),
      applied: value('Gtid_Slave_Pos'),
      errors: [value('Last_IO_Error'), value('Last_SQL_Error')],
    };
  };
  const count = (pod: string) => async () => Number(await sql(pod, 'SELECT COUNT(*) FROM shop.moves'));
  return {
    sql,
    replicates: async (pod) => {
      const good = (one: Awaited<ReturnType<typeof replication>>) => one.io === 'Yes' && one.sql === 'Yes' && one.errors.join('') === '';
      await waitFor(`${pod} replicates`, () => replication(pod), good, { seconds: 90 });
    },
    drained: async (pod) => {
      const good = (one: Awaited<ReturnType<typeof replication>>) => one.io !== 'Yes' && one.sent !== '' && one.sent === one.applied;
      await waitFor(`${pod} has applied all it was sent`, () => replication(pod), good);
    },
    caughtUp: async (pod, primary) => {
      const position = (await sql(primary, 'SELECT @@gtid_binlog_pos')).trim();
      await waitFor(
        `${pod} has what ${primary} has`,
        () => sql(pod, `SELECT MASTER_GTID_WAIT('${position}', 10)`),
        (said) => said.trim() === '0',
      );
    },
    promote: async (pod) => void (await sql(pod, 'STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0')),
    follow: async (pod, primary) => void (await sql(pod, following(primary))),
    arrives: async (primary, replica) => {
      const written = await waitFor('the load', count(primary), (rows) => rows > 0);
      await waitFor(`writes arrive at ${replica}`, count(replica), (rows) => rows > written);
    },
    sums: async (pod) => (await sql(pod, 'CHECKSUM TABLE shop.fixed')).trim(),
  };
}
