import { join } from 'node:path';
import { inPath, visibly } from './programs.ts';

interface Cluster {
  kubeconfig: string;
  /** REPOSITORY:TAG that its nodes have or can pull. */
  image: string;
  /** Of e2e/images/mariadb, where it could be built. */
  databaseImage?: string | undefined;
  remove: () => Promise<void>;
}

const NAME = 'stash-e2e';
const BUILT = 'stash/stash:e2e';
const DATABASE = 'stash/e2e-mariadb:e2e';

const NEEDS = `The end-to-end tests need a cluster, Kubernetes 1.31 or newer, whose contents may be changed, in one of these ways:
  KUBECONFIG=FILE STASH_IMAGE=REPOSITORY:TAG make e2e    a cluster that is there, and an image built from the Containerfile that its nodes can pull;
                                                         STASH_E2E_MARIADB_IMAGE: the same of e2e/images/mariadb, for the tests with databases. Where nothing can be pulled,
                                                         make e2e-full needs an image with MariaDB named docker.io/library/mariadb:10.11
  make e2e                                               with "kind" and one of docker, podman in PATH: a cluster is made, and removed at the end`;

/** That of KUBECONFIG, or one made with kind; throws with what is needed when there is neither. */
export async function openCluster(root: string, temporary: string, signal: AbortSignal): Promise<Cluster> {
  const { KUBECONFIG: kubeconfig = '', STASH_IMAGE: image = '', STASH_E2E_MARIADB_IMAGE: databaseImage } = process.env;
  if (kubeconfig !== '' && image !== '') return { kubeconfig, image, databaseImage, remove: async () => {} };
  const builder = inPath('docker', 'podman');
  if (kubeconfig !== '') throw new Error(`KUBECONFIG is set, STASH_IMAGE is not.\n${NEEDS}`);
  if (inPath('kind') === undefined || (builder === undefined && image === '')) throw new Error(NEEDS);
  return kindCluster(root, join(temporary, 'kubeconfig'), builder ?? '', image, signal);
}

async function kindCluster(root: string, kubeconfig: string, builder: string, given: string, signal: AbortSignal): Promise<Cluster> {
  const provider: Record<string, string> = builder === 'podman' ? { KIND_EXPERIMENTAL_PROVIDER: 'podman' } : {};
  const kind = (args: string[], stop: AbortSignal) => visibly('kind', args, stop, provider);
  const remove = async () =>
    void (await kind(['delete', 'cluster', '--name', NAME, '--kubeconfig', kubeconfig], AbortSignal.timeout(120_000)));
  const build = (tag: string, folder: string) =>
    visibly(builder, ['build', '--file', join(folder, 'Containerfile'), '--tag', tag, folder], signal);
  if (given === '') await build(BUILT, root);
  if (builder !== '') await build(DATABASE, join(root, 'e2e/images/mariadb'));
  try {
    await kind(['create', 'cluster', '--name', NAME, '--kubeconfig', kubeconfig, '--wait', '120s'], signal);
    // An image that was given is pulled by the nodes.
    if (given === '') await kind(['load', 'docker-image', BUILT, '--name', NAME], signal);
    if (builder !== '') await kind(['load', 'docker-image', DATABASE, '--name', NAME], signal);
  } catch (error) {
    await remove();
    throw error;
  }
  return { kubeconfig, image: given === '' ? BUILT : given, databaseImage: builder === '' ? undefined : DATABASE, remove };
}
