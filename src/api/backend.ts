import type { Static } from 'typebox';
import { volumeSources } from './kubernetes/volume.ts';
import { flag, integer, optional, struct, text } from './schema.ts';

const prefix = optional(text('Directory in it; its root when absent.'));
const maxConnections = optional(integer('Most connections at once; the default of the engine when 0 or absent.', { minimum: 0 }));

const LocalBackend = struct('A directory of a volume, or on one machine just a directory.', {
  ...volumeSources,
  mountPath: text('Where the volume appears; on one machine without a volume: the directory itself.', { minLength: 1 }),
  subPath: optional(text('Directory in it.')),
});

const S3Backend = struct('A bucket of Amazon S3, or of what speaks its protocol.', {
  endpoint: text('Host of the service, for instance s3.amazonaws.com, or a URL.'),
  bucket: text('Name of the bucket.', { minLength: 1 }),
  prefix,
  region: optional(text('Region of the bucket.')),
  insecureTLS: optional(flag('Accept any certificate.')),
});

const GcsBackend = struct('A bucket of Google Cloud Storage.', {
  bucket: text('Name of the bucket.', { minLength: 1 }),
  prefix,
  maxConnections,
});

const AzureBackend = struct('A container of Azure Blob Storage.', {
  container: text('Name of the container.', { minLength: 1 }),
  prefix,
  maxConnections,
});

const SwiftBackend = struct('A container of OpenStack Swift.', { container: text('Name of the container.', { minLength: 1 }), prefix });

const B2Backend = struct('A bucket of Backblaze B2.', { bucket: text('Name of the bucket.', { minLength: 1 }), prefix, maxConnections });

const RestBackend = struct('A REST server of restic.', { url: text('URL of the repository on the server.', { minLength: 1 }) });

const SftpBackend = struct('A directory of a host reached by SSH.', {
  host: text('Name or address of the host.', { minLength: 1 }),
  port: optional(integer('Port of the SSH server; 22 when absent.', { minimum: 1, maximum: 65535 })),
  user: optional(text('User to log in as.')),
  path: text('Directory on the host.', { minLength: 1 }),
});

const KINDS = ['local', 's3', 'gcs', 'azure', 'swift', 'b2', 'rest', 'sftp'] as const;

/** Exactly one storage, and the Secret that opens it. */
export const Backend = struct(
  'Where snapshots are stored: exactly one storage.',
  {
    storageSecretName: optional(text('Secret with RESTIC_PASSWORD and the credentials of the storage.', { maxLength: 253 })),
    local: optional(LocalBackend),
    s3: optional(S3Backend),
    gcs: optional(GcsBackend),
    azure: optional(AzureBackend),
    swift: optional(SwiftBackend),
    b2: optional(B2Backend),
    rest: optional(RestBackend),
    sftp: optional(SftpBackend),
  },
  {
    rules: [
      {
        rule: `[${KINDS.map((kind) => `has(self.${kind})`).join(', ')}].filter(x, x).size() == 1`,
        message: `give exactly one of ${KINDS.join(', ')}`,
      },
    ],
  },
);
export type Backend = Static<typeof Backend>;
