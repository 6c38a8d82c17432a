import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { StashError } from '../../errors/error.ts';
import type { Access, Credentials } from './credentials.ts';

interface KubeconfigOptions {
  /** As in `KUBECONFIG`: of a name that is in several files the first counts. */
  files: readonly string[];
  /** The files' current context when absent. */
  context?: string;
}

/**
 * What kubectl would use: certificates, tokens, token files, exec plugins, OIDC. The official library is loaded here and nowhere else,
 * since it takes 60 MB of memory.
 */
export async function kubeconfigCredentials(options: KubeconfigOptions): Promise<Credentials> {
  let config = await load(options);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw unusable(options, `there is no context ${JSON.stringify(options.context ?? config.getCurrentContext())}`);
  let stale = false;
  return {
    server: cluster.server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    ...(cluster.proxyUrl === undefined ? {} : { proxy: cluster.proxyUrl }),
    async current() {
      // Exec plugins' credentials are kept by the library until they expire, and it cannot be told that they did earlier.
      if (stale) config = await load(options);
      stale = false;
      return accessOf(config, options);
    },
    renew() {
      stale = true;
    },
  };
}

async function load(options: KubeconfigOptions): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const merged = new KubeConfig();
  try {
    for (const file of options.files) {
      const one = new KubeConfig();
      one.loadFromFile(file);
      for (const [name, path] of tokenFiles(file)) {
        const user = one.getUser(name);
        if (user !== null) Object.assign(user, { authProvider: { name: 'tokenFile', config: { tokenFile: path } } });
      }
      addMissing(merged, one);
    }
  } catch (error) {
    throw unusable(options, error instanceof Error ? error.message : String(error), error);
  }
  if (options.context !== undefined) merged.setCurrentContext(options.context);
  const cluster = merged.getCurrentCluster();
  const user = merged.getCurrentUser();
  // The library refuses plain HTTP (kubectl proxy) unless it is told not to look for a certificate.
  if (cluster?.server.startsWith('http:')) merged.clusters = [{ ...cluster, skipTLSVerify: true }];
  if (user?.exec) user.exec.env = [...(user.exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: execInfo(user.exec.apiVersion) }];
  return merged;
}

function addMissing(merged: KubeConfig, one: KubeConfig): void {
  merged.clusters = [...merged.clusters, ...one.clusters.filter(({ name }) => merged.getCluster(name) === null)];
  merged.users = [...merged.users, ...one.users.filter(({ name }) => merged.getUser(name) === null)];
  merged.contexts = [...merged.contexts, ...one.contexts.filter(({ name }) => merged.getContextObject(name) === null)];
  if (!merged.currentContext) merged.setCurrentContext(one.currentContext);
}

/** The library reads them again every minute, but does not know the field by the name that kubectl gives it. */
function tokenFiles(file: string): [string, string][] {
  const { users = [] } = parse(readFileSync(file, 'utf8')) as { users?: { name: string; user?: { token?: string; tokenFile?: string } }[] };
  return users.flatMap(({ name, user }) =>
    user?.tokenFile === undefined || user.token !== undefined ? [] : [[name, resolve(dirname(file), user.tokenFile)]],
  );
}

/** Plugins ask for it by their contract; the library does not give it. */
function execInfo(apiVersion: string | undefined): string {
  const version = apiVersion ?? 'client.authentication.k8s.io/v1';
  return JSON.stringify({ apiVersion: version, kind: 'ExecCredential', spec: { interactive: false } });
}

async function accessOf(config: KubeConfig, options: KubeconfigOptions): Promise<Access> {
  const given: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(given);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(given.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
    if (given.auth) headers.authorization = `Basic ${Buffer.from(given.auth).toString('base64')}`;
    const { ca, cert, key, servername, rejectUnauthorized } = given;
    return { headers, tls: defined({ ca, cert, key, servername, rejectUnauthorized }) };
  } catch (error) {
    const message = error instanceof Error ? error.message.trim() : String(error);
    throw unusable(options, `the credentials of user ${config.getCurrentUser()?.name ?? '-'} could not be had: ${message}`, error);
  }
}

function defined(given: { [N in keyof Access['tls']]: Access['tls'][N] | undefined }): Access['tls'] {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function unusable({ files }: KubeconfigOptions, detail: string, cause?: unknown): StashError {
  return new StashError('StoreUnavailable', `the kubeconfig ${files.join(', ')} cannot be used: ${detail}`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: 'Try "kubectl get namespaces" with the same kubeconfig and context; correct what it says.',
  });
}
