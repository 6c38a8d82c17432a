import type { Static } from 'typebox';
import type { Resource } from './object.ts';
import { TypedObjectReference } from './references.ts';
import { anything, flag, integer, list, optional, struct, text } from './schema.ts';

const SecretRef = (description: string) =>
  optional(
    struct(description, {
      apiGroup: optional(text('API group.')),
      kind: optional(text('Kind; Secret when absent.')),
      name: text('Its name.'),
    }),
  );

const ClientConfig = struct('How the application is reached.', {
  url: optional(text('Its address, for instance tcp(127.0.0.1:3306)/ or unix(/run/mysqld/mysqld.sock)/ or a URL.')),
  service: optional(
    struct('The Service in front of it.', {
      scheme: optional(text('Scheme of the address.')),
      namespace: optional(text('Namespace of the Service.')),
      name: text('Name of the Service.'),
      port: optional(integer('Port of the Service.', { minimum: 0, maximum: 65535 })),
      path: optional(text('Path of the address.')),
      query: optional(text('Query of the address.')),
    }),
  ),
  insecureSkipTLSVerify: optional(flag('Accept any certificate.')),
  caBundle: optional(text('Certificates to trust, base64 of PEM.')),
  serverName: optional(text('Name the certificate must have.')),
});

const SecretTransform = struct('How keys of the Secret are renamed before use.', {
  renameKey: optional(struct('Renames a key.', { from: text('Old name.'), to: text('New name.') })),
  addKey: optional(
    struct('Adds a key.', { key: text('The key.'), value: optional(text('Value, base64.')), stringValue: optional(text('Value.')) }),
  ),
  addKeysFrom: optional(
    struct('Adds all keys of another Secret.', { secretRef: optional(struct('The Secret.', { name: optional(text('Its name.')) })) }),
  ),
  removeKey: optional(struct('Removes a key.', { key: text('The key.') })),
});

export const AppBindingSpec = struct('How to log in to an application.', {
  type: optional(text('Type of the application, for instance mariadb or kubedb.com/mariadb.')),
  appRef: optional(TypedObjectReference),
  version: optional(text('Its version.')),
  clientConfig: ClientConfig,
  secret: SecretRef('Secret with username and password.'),
  secretTransforms: optional(list('How keys of the Secret are renamed before use.', SecretTransform)),
  tlsSecret: SecretRef('Secret with certificates.'),
  parameters: optional(anything('What tools know of the application; Stash reads parameters.stash.addon and parameters.stash.servers.')),
});
export type AppBindingSpec = Static<typeof AppBindingSpec>;

export type AppBinding = Resource<AppBindingSpec, never>;
