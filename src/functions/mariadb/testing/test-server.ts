import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Connection } from '../../../orders/order.ts';
import { childEnvironment } from '../../../platform/local/environment.ts';
import { freePort } from '../../../process/free-port.ts';
import { type ProcessIdentity, processAlive, processIdentity } from '../../../process/identity.ts';

const execute = promisify(execFile);
const LIMIT_MS = 30_000;

/** A throw-away MariaDB server: own directory, own socket, own port if any. */
export interface TestServer {
  /** Holds everything of the server, and room for what a test needs next to its data directory. */
  readonly directory: string;
  readonly datadir: string;
  readonly socket: string;
  /** For a RestoreSession: what stops and what starts this server. */
  readonly stopCommand: string[];
  readonly startCommand: string[];
  /** Runs statements as root; rows of columns. */
  sql(statements: string): Promise<string[][]>;
  /** Keeps a root session open that has run `statements`, until it is closed. */
  hold(statements: string): Promise<{ close(): Promise<void> }>;
  connection(login: { username: string; password: string }, over?: 'socket' | 'tcp'): Connection;
  process(): ProcessIdentity | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops the server and removes its directory. */
  dispose(): Promise<void>;
}

/** Installs and starts a server; `options` are lines of its `[mariadbd]` group. With `tcp` it listens on a free port of 127.0.0.1 as well. */
export async function startTestServer({
  options = [],
  tcp = false,
  timeZone,
}: {
  options?: string[];
  tcp?: boolean;
  timeZone?: string;
} = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'stash-mariadb-'));
  // The server runs as another user when the tests run as root.
  chmodSync(directory, 0o755);
  const port = tcp ? await freePort() : undefined;
  const server = new MariadbServer(directory, port, timeZone);
  writeFileSync(server.configuration, configuration(server, port, options));
  await server.install();
  await server.start();
  return server;
}

class MariadbServer implements TestServer {
  readonly directory: string;
  readonly datadir: string;
  readonly socket: string;
  readonly configuration: string;
  readonly pidFile: string;
  readonly stopCommand: string[];
  readonly startCommand: string[];
  readonly #port: number | undefined;
  readonly #env: Record<string, string>;
  readonly #held = new Set<{ close(): Promise<void> }>();

  constructor(directory: string, port: number | undefined, timeZone: string | undefined) {
    this.directory = directory;
    this.#port = port;
    this.#env = { ...childEnvironment(process.env), ...(timeZone === undefined ? {} : { TZ: timeZone }) };
    const run = join(directory, 'run');
    this.datadir = join(directory, 'data');
    this.socket = join(run, 'mariadb.sock');
    this.configuration = join(directory, 'my.cnf');
    this.pidFile = join(run, 'mariadb.pid');
    this.stopCommand = ['sh', '-c', `kill "$(cat '${this.pidFile}')"`];
    this.startCommand = ['sh', '-c', `setsid mariadbd --defaults-file='${this.configuration}' >'${join(run, 'out')}' 2>&1 </dev/null &`];
  }

  async install(): Promise<void> {
    const user = await serverUser();
    await execute('mkdir', ['-p', this.datadir, join(this.directory, 'run')]);
    if (user !== undefined) await execute('chown', [user, this.datadir, join(this.directory, 'run')]);
    const args = [`--defaults-file=${this.configuration}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await execute('mariadb-install-db', [...args, ...(user === undefined ? [] : [`--user=${user}`])], { env: this.#env });
    if (user !== undefined) writeFileSync(this.configuration, `${readFileSync(this.configuration, 'utf8')}user=${user}\n`);
  }

  async start(): Promise<void> {
    const [program = '', ...args] = this.startCommand;
    await execute(program, args, { env: this.#env });
    await this.#until('answers', async () => (await this.sql('SELECT 1').catch(() => [])).length === 1);
  }

  async stop(): Promise<void> {
    const running = this.process();
    if (running === undefined) return;
    process.kill(running.pid, 'SIGTERM');
    await this.#until('has stopped', async () => !processAlive(running));
  }

  async dispose(): Promise<void> {
    for (const session of this.#held) await session.close();
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  process(): ProcessIdentity | undefined {
    if (!existsSync(this.pidFile)) return undefined;
    return processIdentity(Number(readFileSync(this.pidFile, 'utf8')));
  }

  async sql(statements: string): Promise<string[][]> {
    const { stdout } = await execute('mariadb', [...this.#root(), '-e', statements], { env: this.#env });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  async hold(statements: string): Promise<{ close(): Promise<void> }> {
    const child = execFile('mariadb', [...this.#root(), '--unbuffered'], { env: this.#env });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the session ended with exit code ${code}`)));
      child.stdin?.write(`${statements};\nSELECT 'held';\n`);
    });
    const session = {
      close: async () => {
        child.stdin?.end();
        await ended;
      },
    };
    this.#held.add(session);
    return session;
  }

  connection(login: { username: string; password: string }, over: 'socket' | 'tcp' = 'socket'): Connection {
    const at = over === 'socket' ? { socket: this.socket } : { host: '127.0.0.1', port: this.#port ?? 0 };
    return { type: 'mariadb', ...at, ...login };
  }

  #root(): string[] {
    return ['--no-defaults', `--socket=${this.socket}`, '--user=root', '--batch', '--raw', '--skip-column-names'];
  }

  async #until(what: string, reached: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; !(await reached()); waited += 20) {
      if (waited > LIMIT_MS) throw new Error(`the test server never ${what}; see ${join(this.directory, 'run')}: ${this.#log()}`);
      await delay(20);
    }
  }

  #log(): string {
    const file = join(this.directory, 'run', 'error.log');
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : 'no error log';
  }
}

function configuration(server: MariadbServer, port: number | undefined, options: string[]): string {
  const lines = [
    `datadir=${server.datadir}`,
    `socket=${server.socket}`,
    `pid-file=${server.pidFile}`,
    // A server that starts removes the temporary tables of all others in its tmpdir.
    `tmpdir=${join(server.directory, 'run')}`,
    `log-error=${join(server.directory, 'run', 'error.log')}`,
    ...(port === undefined ? ['skip-networking'] : ['bind-address=127.0.0.1', `port=${port}`]),
    'innodb-buffer-pool-size=16M',
    'innodb-log-file-size=8M',
    'performance-schema=OFF',
    ...options,
  ];
  return `[mariadbd]\n${lines.join('\n')}\n`;
}

/** As on a real machine, the server is not root's; undefined when the tests themselves are not run by root. */
async function serverUser(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return execute('id', ['-u', 'mysql']).then(
    () => 'mysql',
    () => 'nobody',
  );
}
