import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess } from '../engine.ts';

/** What one storage adds to the access of a repository. */
export type Place = Pick<RepositoryAccess, 'url'> & Partial<RepositoryAccess>;

/** The Secret of a Repository, decoded, with errors that name it. */
export interface Secret {
  /** SecretKeyMissing when absent or empty. */
  required(key: string): string;
  optional(key: string): string | undefined;
  /** Those of the keys that there are. */
  pick(keys: readonly string[]): Record<string, string>;
}

export function secretReader(data: Readonly<Record<string, string>>, secretName: string): Secret {
  const optional = (key: string) => (data[key] === '' ? undefined : data[key]);
  return {
    optional,
    required: (key) => {
      const value = optional(key);
      if (value === undefined) throw new StashError('SecretKeyMissing', `secret ${secretName} has no key ${key}`);
      return value;
    },
    pick: (keys) => Object.fromEntries(keys.flatMap((key) => (optional(key) === undefined ? [] : [[key, optional(key) ?? '']]))),
  };
}

/** The flag for the number of connections; 0 leaves it to restic. */
export function connections(storage: string, count: number | undefined): string[] {
  return count === undefined || count === 0 ? [] : ['-o', `${storage}.connections=${count}`];
}

/** Credentials belong into the Secret: a URL is shown in status and logs. */
export function refuseCredentials(field: string, url: string): void {
  if (/^(?:[a-z0-9+]+:)?(?:\/\/)?[^/]*@/i.test(url)) {
    throw new StashError('Invalid', `${field}: holds credentials; put them into the storage secret instead`);
  }
}
