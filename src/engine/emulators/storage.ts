import type { Backend } from '../../api/backend.ts';

/** A storage that runs here for the length of a test file. */
export interface TestStorage {
  backend: Backend;
  secret: Record<string, string>;
  /** The same with credentials that the storage refuses; absent where it asks for none. */
  wrongSecret?: Record<string, string>;
  /** Puts an object beside those of the repository, for somebody else; absent where nothing removes a repository's objects. */
  put?(name: string): Promise<void>;
  /** Names of all objects under the place of the repository. */
  list?(): Promise<string[]>;
  /** Takes away bucket, container or directory with all that is in it. */
  destroy(): Promise<void>;
  /** Stops the server; may be called twice. Absent where there is none. */
  stop?(): Promise<void>;
}

/** Why a suite is left out on this machine. */
export interface Absent {
  missing: string;
}

/** Starts the storage with its files under `folder`, which the caller removes. */
export type StartStorage = (folder: string) => Promise<TestStorage | Absent>;
