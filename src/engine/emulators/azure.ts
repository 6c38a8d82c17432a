import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, isFound } from '../../platform/tools/locate.ts';
import { freePort } from '../../process/free-port.ts';
import { run } from '../../process/run.ts';
import { rcloneRemote } from '../backends/rclone.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { startServer } from './server.ts';
import type { StartStorage, TestStorage } from './storage.ts';

// The account every Azurite has; its key is public.
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** restic speaks to `https://ACCOUNT.blob.SUFFIX` only: hence a certificate of our own and a proxy that knows where that is. */
export const startAzure: StartStorage = async (folder) => {
  const azurite = await findTool('azurite-blob');
  if (!isFound(azurite)) return { missing: azurite.missing };
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  if (!(await makeCertificate(certificate, key))) return { missing: 'openssl was not found (needed for the tests of Azure storage)' };
  const port = await freePort();
  const server = await startServer({
    // Azurite itself asks for the `node` of PATH, which may be too old for it.
    command: process.execPath,
    args: [
      azurite.path,
      '--blobHost',
      '127.0.0.1',
      '--blobPort',
      `${port}`,
      '--location',
      join(folder, 'data'),
      '--cert',
      certificate,
    ].concat(['--key', key, '--silent', '--disableTelemetry', '--skipApiVersionCheck']),
    port,
  });
  const proxy = await startConnectProxy(port);
  const secret = {
    AZURE_ACCOUNT_NAME: ACCOUNT,
    AZURE_ACCOUNT_KEY: KEY,
    AZURE_ENDPOINT_SUFFIX: `localhost:${port}`,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    CA_CERT_DATA: await readFile(certificate, 'utf8'),
  };
  return {
    backend: { azure: { container: 'backups', prefix: 'shop/orders' } },
    secret,
    wrongSecret: { ...secret, AZURE_ACCOUNT_KEY: Buffer.from('not this one').toString('base64') },
    ...(await containerObjects(secret)),
    destroy: deleteContainer,
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };

  async function deleteContainer(): Promise<void> {
    const path = `/${ACCOUNT}/backups`;
    const date = new Date().toUTCString();
    const version = '2021-08-06';
    const signed = `DELETE${'\n'.repeat(12)}x-ms-date:${date}\nx-ms-version:${version}\n${path}\nrestype:container`;
    const signature = createHmac('sha256', Buffer.from(KEY, 'base64')).update(signed).digest('base64');
    const asked = request({
      host: '127.0.0.1',
      port,
      servername: `${ACCOUNT}.blob.localhost`,
      ca: secret.CA_CERT_DATA,
      method: 'DELETE',
      path: '/backups?restype=container',
      headers: {
        host: `${ACCOUNT}.blob.localhost:${port}`,
        'x-ms-date': date,
        'x-ms-version': version,
        authorization: `SharedKey ${ACCOUNT}:${signature}`,
      },
    }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    if (answer.statusCode !== 202) throw new Error(`Azurite did not delete the container: ${answer.statusCode}`);
  }
};

/** By way of rclone, which signs the requests. */
async function containerObjects(secret: Record<string, string>): Promise<Pick<TestStorage, 'put' | 'list'>> {
  const rclone = await findTool('rclone');
  if (!isFound(rclone)) return {};
  const call = async (args: string[], input?: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'stash-azure-'));
    const { CA_CERT_DATA: certificate = '', ...env } = secret;
    await writeFile(join(folder, 'ca.pem'), certificate);
    const { env: remote } = rcloneRemote({ url: 'azure:backups:/shop/orders', env, files: {}, flags: [] });
    const ran = await run({
      command: rclone.path,
      args,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: folder, ...remote, RCLONE_CA_CERT: join(folder, 'ca.pem') },
      signal: AbortSignal.timeout(30_000),
      ...(input === undefined ? {} : { input }),
    });
    await rm(folder, { recursive: true });
    if (ran.exitCode !== 0) throw new Error(`rclone ${args[0]} failed: ${ran.stderrTail}`);
    return ran.stdoutTail;
  };
  return {
    put: async (name) => void (await call(['rcat', `stash:backups/shop/orders/${name}`], name)),
    list: async () => (await call(['lsf', '-R', '--files-only', 'stash:backups/shop/orders/'])).split('\n').filter((line) => line !== ''),
  };
}

async function makeCertificate(certificate: string, key: string): Promise<boolean> {
  const name = `${ACCOUNT}.blob.localhost`;
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  ];
  const made = await run({
    command: 'openssl',
    args: [...args, '-out', certificate, '-keyout', key],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent' },
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  return made?.exitCode === 0;
}
