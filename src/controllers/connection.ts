import type { AppBinding } from '../api/app-binding.ts';
import { StashError } from '../errors/error.ts';
import type { Connection } from '../orders/order.ts';
import { parseAddress } from '../rules/address.ts';
import type { Context } from './context.ts';
import { secretData } from './repository/open.ts';

/**
 * How to log in to the application of an AppBinding; the password is kept out of the log from now on. Throws SecretMissing,
 * SecretKeyMissing or Invalid with the AppBinding named. `host`: where the server listens as seen from whoever logs in.
 */
export async function connectionOf(ctx: Pick<Context, 'store' | 'log'>, application: AppBinding, host?: string): Promise<Connection> {
  const { spec, metadata } = application;
  const name = `AppBinding ${metadata.namespace}/${metadata.name}`;
  const values = await loginOf(ctx, application, name);
  if (values.password !== undefined) ctx.log.redact(values.password);
  const { clientConfig } = spec;
  refusePassword(clientConfig.url, name);
  const service = clientConfig.service;
  const address =
    clientConfig.url === undefined ? service && { host: service.name, port: service.port ?? 3306 } : parseAddress(clientConfig.url);
  if (address === undefined)
    throw new StashError(
      'Invalid',
      `${name}: spec.clientConfig needs url, for instance tcp(127.0.0.1:3306)/ or unix(/run/mysqld/mysqld.sock)/, or service`,
    );
  return {
    type: spec.type ?? '',
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...address,
    ...(host === undefined || 'socket' in address ? {} : { host }),
    ...values,
    ...(clientConfig.caBundle === undefined ? {} : { caCertificate: Buffer.from(clientConfig.caBundle, 'base64').toString('utf8') }),
  };
}

/** Credentials belong into the Secret: an AppBinding is shown to whoever may read it. A user alone is not read, and no harm. */
function refusePassword(url: string | undefined, name: string): void {
  if (url === undefined || !/^(?:[a-z0-9+]+:\/\/)?[^/@]*:[^/]*@/i.test(url)) return;
  throw new StashError('Invalid', `${name}: spec.clientConfig.url holds a password`, {
    remedy: 'Take user and password out of the URL, and name a secret with them in spec.secret.',
  });
}

async function loginOf(
  ctx: Pick<Context, 'store'>,
  { spec, metadata }: AppBinding,
  name: string,
): Promise<{ username?: string; password?: string }> {
  if (spec.secret === undefined) return {};
  const secret = await ctx.store.get('Secret', { namespace: metadata.namespace ?? '', name: spec.secret.name });
  if (secret === undefined)
    throw new StashError('SecretMissing', `${name}: the secret ${metadata.namespace}/${spec.secret.name} does not exist`);
  const data = secretData(secret);
  for (const { renameKey, addKey, removeKey } of spec.secretTransforms ?? []) {
    if (renameKey !== undefined && data[renameKey.from] !== undefined) {
      data[renameKey.to] = data[renameKey.from] ?? '';
      delete data[renameKey.from];
    }
    if (addKey !== undefined) data[addKey.key] = addKey.stringValue ?? Buffer.from(addKey.value ?? '', 'base64').toString('utf8');
    if (removeKey !== undefined) delete data[removeKey.key];
  }
  for (const key of ['username', 'password'])
    if (data[key] === undefined) throw new StashError('SecretKeyMissing', `${name}: the secret ${spec.secret.name} has no key "${key}"`);
  return { username: data.username ?? '', password: data.password ?? '' };
}
