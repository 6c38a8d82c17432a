import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { freePort } from '../../process/free-port.ts';
import { run } from '../../process/run.ts';
import { folderObjects } from './folder-objects.ts';
import { startServer } from './server.ts';
import type { StartStorage } from './storage.ts';

export const startSftp: StartStorage = async (folder) => {
  const [sshd, ssh] = [await findTool('sshd'), await findTool('ssh')];
  if (!isFound(sshd)) return { missing: sshd.missing };
  if (!isFound(ssh)) return { missing: ssh.missing };
  if (userInfo().uid === 0 && !(await readFile('/etc/passwd', 'utf8')).includes('\nsshd:')) {
    return {
      missing: 'sshd run by root needs a user of that name; install the package openssh-server (needed for the tests of SFTP storage)',
    };
  }
  const keys = { host: join(folder, 'host-key'), user: join(folder, 'user-key'), stranger: join(folder, 'stranger-key') };
  for (const file of Object.values(keys)) await makeKey(file);
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  await writeFile(config, configText({ port, folder, hostKey: keys.host, authorized: `${keys.user}.pub` }));
  await chmod(folder, 0o700);
  // Where a server runs as root it wants this directory, which otherwise its service makes.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const server = await startServer({ command: sshd.path, args: ['-D', '-e', '-f', config], port });
  const hostKey = (await readFile(`${keys.host}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  const secret = { SFTP_PRIVATE_KEY: await readFile(keys.user, 'utf8'), SFTP_KNOWN_HOSTS: `[127.0.0.1]:${port} ${hostKey}` };
  return {
    backend: { sftp: { host: '127.0.0.1', port, user: userInfo().username, path: join(folder, 'data', 'shop') } },
    secret,
    wrongSecret: { ...secret, SFTP_PRIVATE_KEY: await readFile(keys.stranger, 'utf8') },
    ...folderObjects(join(folder, 'data', 'shop')),
    destroy: () => rm(join(folder, 'data'), { recursive: true }),
    stop: server.stop,
  };
};

function configText(own: { port: number; folder: string; hostKey: string; authorized: string }): string {
  return `Port ${own.port}
ListenAddress 127.0.0.1
HostKey ${own.hostKey}
AuthorizedKeysFile ${own.authorized}
PidFile ${own.folder}/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
`;
}

async function makeKey(file: string): Promise<void> {
  const made = await run({
    command: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent' },
    signal: AbortSignal.timeout(20_000),
  });
  if (made.exitCode !== 0) throw new Error(`ssh-keygen failed: ${made.stderrTail}`);
}
