import type { Backend } from '../../api/backend.ts';
import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess } from '../engine.ts';
import { azure } from './azure.ts';
import { b2 } from './b2.ts';
import { gcs } from './gcs.ts';
import { local } from './local.ts';
import { rest } from './rest.ts';
import { s3 } from './s3.ts';
import { type Place, type Secret, secretReader } from './secret.ts';
import { sftp } from './sftp.ts';
import { swift } from './swift.ts';

/** The part of a Repository that says where it is. */
interface RepositoryPlace {
  name: string;
  namespace: string;
  spec: { backend: Backend };
}

// For any storage: how to get out of the network here.
const PROXY_KEYS = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;

/**
 * How restic reaches a Repository, with the URL that Stash has always made of it, so that what Stash wrote is found. `secretData` is decoded.
 * Throws SecretKeyMissing, Invalid or BackendUnsupported.
 */
export function accessOf(repository: RepositoryPlace, secretData: Readonly<Record<string, string>>): RepositoryAccess {
  const { backend } = repository.spec;
  const secret = secretReader(secretData, `${repository.namespace}/${backend.storageSecretName ?? '(not named)'}`);
  const place = placeOf(repository, secret);
  const certificate = secret.optional('CA_CERT_DATA');
  return {
    url: place.url,
    env: { RESTIC_PASSWORD: secret.required('RESTIC_PASSWORD'), ...secret.pick(PROXY_KEYS), ...place.env },
    files: { ...(certificate === undefined ? {} : { RESTIC_CACERT: certificate }), ...place.files },
    flags: place.flags ?? [],
  };
}

/** The URL alone, of which no secret is a part. Throws Invalid or BackendUnsupported. */
export function urlOf(repository: RepositoryPlace): string {
  return placeOf(repository, { required: () => '', optional: () => undefined, pick: () => ({}) }).url;
}

function placeOf(repository: RepositoryPlace, secret: Secret): Place {
  const { backend } = repository.spec;
  const given = <Spec>(spec: Spec | undefined, make: (spec: Spec, secret: Secret) => Place) =>
    spec === undefined ? [] : [make(spec, secret)];
  const places = [
    ...given(backend.local, local),
    ...given(backend.s3, s3),
    ...given(backend.gcs, gcs),
    ...given(backend.azure, azure),
    ...given(backend.swift, swift),
    ...given(backend.b2, b2),
    ...given(backend.rest, rest),
    ...given(backend.sftp, sftp),
  ];
  const [only] = places;
  if (only !== undefined && places.length === 1) return only;
  const count = places.length === 0 ? 'no storage' : 'more than one storage';
  throw new StashError('BackendUnsupported', `repository ${repository.namespace}/${repository.name}: spec.backend names ${count}`);
}
