import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess } from '../engine.ts';

/** What a command needs to reach a repository. */
interface OpenedAccess {
  env: Record<string, string>;
  flags: string[];
  /** The lines that ssh wrote, oldest first; '' without ssh. */
  sshLog(): Promise<string>;
  /** Removes the private files. */
  dispose(): Promise<void>;
}

/**
 * Writes the files of an access into a new private directory (0700, files 0600) under `tmpDir` and names each in the environment variable
 * of its name; `{file:NAME}` in a flag stands for the path too, and `{file:SSH_LOG}` for one that ssh makes.
 */
export async function openAccess(access: RepositoryAccess, tmpDir: string): Promise<OpenedAccess> {
  const env = { ...access.env, RESTIC_REPOSITORY: access.url };
  const names = Object.keys(access.files);
  if (names.length === 0) return { env, flags: access.flags, sshLog: async () => '', dispose: async () => undefined };
  const folder = await privateFolder(tmpDir);
  try {
    const sshLog = join(folder, 'SSH_LOG');
    const paths: Record<string, string> = {};
    for (const [name, content] of Object.entries(access.files)) {
      paths[name] = join(folder, name);
      await writeFile(join(folder, name), content, { mode: 0o600 });
    }
    const places: Record<string, string> = { ...paths, SSH_LOG: sshLog };
    return {
      env: { ...env, ...paths },
      flags: access.flags.map((flag) => flag.replaceAll(/\{file:(\w+)\}/g, (text, name: string) => places[name] ?? text)),
      sshLog: () => readFile(sshLog, 'utf8').catch(() => ''),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function privateFolder(tmpDir: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpDir, 'access-'));
  } catch (cause) {
    throw new StashError('StageUnusable', `cannot write private files under ${tmpDir}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
