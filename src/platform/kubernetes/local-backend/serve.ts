import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Repository } from '../../../api/repository.ts';
import type { PlatformPort, ServedStorage } from '../../../controllers/platform-port.ts';
import { StashError } from '../../../errors/error.ts';
import type { Trust } from '../trust/trust.ts';
import { type AwaitOptions, awaitedServers } from './awaited.ts';
import { type Credentials, keepCredentials, readCredentials } from './credentials.ts';
import { isServing } from './readiness.ts';
import { applyDeployment, deploymentOf, keepService, scaleToNone } from './requests.ts';
import { CREDENTIALS, isOwned, MADE_OF, PLACE, type ServerSettings, serverDeployment, serverUrl } from './server.ts';
import { type ServedVolume, servedVolume } from './volume.ts';

interface ServeOptions extends AwaitOptions {
  trust: Pick<Trust, 'signer' | 'bundle'>;
  settings: ServerSettings;
}

interface LocalBackends {
  served: NonNullable<PlatformPort['served']>;
  /** Resolves after the signal. */
  watch(): Promise<void>;
}

/** The servers of Repositories with a `local` backend: rclone in a pod of the Repository's namespace, which is the Repository's. */
export function serveLocalBackends(options: ServeOptions): LocalBackends {
  const { connection, settings, trust } = options;
  const servers = awaitedServers(options);

  const serve = async (repository: Repository, volume: ServedVolume, inUse: () => boolean): Promise<ServedStorage> => {
    const reached = ({ user, password }: Credentials, unserved?: ServedStorage['unserved']): ServedStorage => ({
      url: `${serverUrl(repository)}${volume.place}/`,
      user,
      password,
      authority: trust.bundle(),
      ...(unserved === undefined ? {} : { unserved }),
    });
    const found = await deploymentOf(connection, repository);
    if (found !== undefined) checkOwned('Deployment', found, repository);
    const credentials = await keepCredentials(connection, trust, repository);
    checkOwned('Service', await keepService(connection, repository), repository);
    const wanted = serverDeployment(repository, { volume, credentials }, settings);
    const known = found?.metadata?.annotations ?? {};
    const asWanted = found !== undefined && known[MADE_OF] === wanted.metadata?.annotations?.[MADE_OF];
    if (asWanted && !servers.isToBePutBack(repository)) return reached(credentials, await servers.look(repository, found));
    const replaces = !asWanted && found !== undefined && isServing(found);
    const served =
      replaces && known[PLACE] === volume.place ? await readCredentials(connection, repository, known[CREDENTIALS] ?? '') : undefined;
    // Nothing is waited for between this question and the request: a run may begin while anything is.
    if (replaces && inUse()) {
      if (known[PLACE] !== volume.place)
        return reached(credentials, { waiting: 'another volume is served until the runs that use it have ended' });
      if (served !== undefined) return reached(served);
    }
    if (!asWanted) servers.begin(repository);
    return reached(credentials, await servers.look(repository, await applyDeployment(connection, wanted)));
  };

  return {
    served: async (repository, { inUse }) => {
      const { local } = repository.spec.backend;
      if (local === undefined) {
        const wasServed = repository.status?.location?.startsWith(`rest:${serverUrl(repository)}`) === true;
        if (wasServed && !inUse()) await scaleToNone(connection, repository);
        return undefined;
      }
      if (!settings.localBackend.enabled)
        throw new StashError('BackendUnsupported', 'spec.backend.local: the chart of Stash was installed with localBackend.enabled=false', {
          remedy: 'Use another storage, or have the value set.',
        });
      return serve(repository, servedVolume(local, settings.localBackend), inUse);
    },
    watch: servers.watch,
  };
}

function checkOwned(kind: string, object: { metadata?: V1ObjectMeta }, repository: Repository): void {
  if (isOwned(object, repository)) return;
  const { namespace, name } = object.metadata ?? {};
  throw new StashError('StorageNotServed', `${kind} ${namespace}/${name} was made by somebody else`, {
    remedy: 'Delete it; it is made anew.',
  });
}
