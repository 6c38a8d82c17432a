import { StashError } from '../../errors/error.ts';
import type { Connection } from './connection.ts';
import { type Resource, versionPath } from './resource.ts';

/** Which resource an arbitrary manifest is of. Asks the server once for each apiVersion, and again for a kind that it did not have. */
export class Discovery {
  readonly #connection: Connection;
  readonly #known = new Map<string, Promise<readonly Found[]>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws Invalid when the cluster has no such kind. */
  async resource(apiVersion: string, kind: string): Promise<Resource> {
    for (const again of [false, true]) {
      if (again || !this.#known.has(apiVersion)) this.#known.set(apiVersion, this.#ask(apiVersion));
      const found = (await this.#known.get(apiVersion))?.find((one) => one.kind === kind && !one.name.includes('/'));
      if (found !== undefined) return { apiVersion, plural: found.name, namespaced: found.namespaced };
    }
    throw new StashError('Invalid', `the cluster has no kind ${apiVersion}/${kind}`);
  }

  async #ask(apiVersion: string): Promise<readonly Found[]> {
    const asked = { what: `look up the kinds of ${apiVersion}`, method: 'GET', path: versionPath(apiVersion) } as const;
    try {
      return (await this.#connection.send<{ resources: Found[] }>(asked)).body.resources;
    } catch (error) {
      this.#known.delete(apiVersion);
      if (error instanceof StashError && 'status' in error && error.status === 404) return [];
      throw error;
    }
  }
}

interface Found {
  name: string;
  kind: string;
  namespaced: boolean;
}
