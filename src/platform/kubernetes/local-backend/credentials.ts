import { createHash, randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import type { Repository } from '../../../api/repository.ts';
import { isCode, StashError } from '../../../errors/error.ts';
import type { Connection } from '../../../store/kubernetes/connection.ts';
import { unlessGone } from '../../../store/kubernetes/unless-gone.ts';
import type { Trust } from '../trust/trust.ts';
import { isOwned, KEYS, secretName, serverHosts, serverSecret } from './server.ts';

export interface Credentials {
  /** Name of the Secret. */
  secret: string;
  user: string;
  password: string;
  /** Of the certificate, which was made together with the password: tells these from any other. */
  fingerprint: string;
}

const USER = 'stash';

/** Those of the authority that signs now; made where there are none. Throws StorageNotServed for a Secret of somebody else. */
export async function keepCredentials(
  connection: Pick<Connection, 'send'>,
  trust: Pick<Trust, 'signer'>,
  repository: Repository,
): Promise<Credentials> {
  const signer = trust.signer();
  const name = secretName(repository, signer.id);
  for (let attempt = 1; ; attempt++) {
    const found = await readCredentials(connection, repository, name);
    if (found !== undefined) return found;
    const { cert, key } = await signer.issue(serverHosts(repository));
    const password = randomBytes(32).toString('base64url');
    const body = serverSecret(repository, name, { user: USER, password, certificate: cert, key });
    const namespace = repository.metadata.namespace ?? '';
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    try {
      await connection.send({ what: `create Secret ${namespace}/${name}`, method: 'POST', path, body });
      return { secret: name, user: USER, password, fingerprint: fingerprintOf(cert) };
    } catch (error) {
      // Another of our controllers was faster.
      if (attempt > 1 || !isCode(error, 'AlreadyExists')) throw error;
    }
  }
}

/** Undefined when the Secret is gone. */
export async function readCredentials(
  connection: Pick<Connection, 'send'>,
  repository: Repository,
  secret: string,
): Promise<Credentials | undefined> {
  const namespace = repository.metadata.namespace ?? '';
  const what = `read Secret ${namespace}/${secret}`;
  const path = `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(secret)}`;
  const found = (await unlessGone(connection.send<V1Secret>({ what, method: 'GET', path })))?.body;
  if (found === undefined) return undefined;
  const value = (key: string) => Buffer.from(found.data?.[key] ?? '', 'base64').toString();
  const [user, password, certificate] = [value(KEYS.user), value(KEYS.password), value(KEYS.certificate)];
  if (!isOwned(found, repository) || user === '' || password === '' || certificate === '' || value(KEYS.key) === '')
    throw new StashError('StorageNotServed', `Secret ${namespace}/${secret} was made by somebody else, or is not whole`, {
      remedy: 'Delete it; it is made anew.',
    });
  return { secret, user, password, fingerprint: fingerprintOf(certificate) };
}

function fingerprintOf(certificate: string): string {
  return createHash('sha256').update(certificate).digest('hex').slice(0, 32);
}
