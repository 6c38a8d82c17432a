import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { Cli } from '../cli.ts';

export interface Source {
  /** How it was named, for messages. */
  name: string;
  text: string;
}

/** The texts behind `-f`: files, folders (`recursive`: with what is below them) and `-` for stdin, in that order, folders by name. */
export async function readSources(cli: Cli, names: readonly string[], recursive: boolean): Promise<Source[]> {
  if (names.length === 0) throw new StashError('Usage', 'name a file, a folder or "-" with -f');
  const sources: Source[] = [];
  for (const name of names) {
    if (name === '-') sources.push({ name: 'stdin', text: await cli.readStdin() });
    else for (const file of await filesOf(cli, name, recursive)) sources.push({ name: file, text: await read(cli, file) });
  }
  return sources;
}

const MANIFESTS = new Set(['.yaml', '.yml', '.json']);

async function filesOf(cli: Cli, name: string, recursive: boolean): Promise<string[]> {
  if (/^https?:/.test(name)) throw new StashError('Usage', `${name} is an address; fetch it first and give it with -f -`);
  const info = await stat(resolve(cli.cwd, name)).catch((cause: unknown) => fileError(name, cause));
  if (!info.isDirectory()) return [name];
  const entries = await readdir(resolve(cli.cwd, name), { recursive, withFileTypes: true }).catch((cause: unknown) =>
    fileError(name, cause),
  );
  const files = entries
    .filter((entry) => !entry.isDirectory() && MANIFESTS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw new StashError('NotFound', `no .yaml, .yml or .json file in ${name}`, { remedy: 'Name another folder; -R looks below it too.' });
  return files;
}

function read(cli: Cli, file: string): Promise<string> {
  return readFile(resolve(cli.cwd, file), 'utf8').catch((cause: unknown) => fileError(file, cause));
}

function fileError(name: string, cause: unknown): never {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') throw new StashError('NotFound', `there is no file or folder ${name}`, { cause, remedy: 'Check the path.' });
  throw new StashError('Usage', `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
