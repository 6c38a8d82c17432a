import { lstat, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';

/** What a server has to be told of the data files of a physical backup; mariadb-backup leaves it there under this name. */
const FILE = 'backup-my.cnf';
const LARGEST_BYTES = 64 * 1024;
const NUMBER = /^\d{1,19}$/;
const DATA_FILE = String.raw`\w[\w.-]*:\d+[KMG]?`;

/** Everything else in that file comes from whoever could write to the repository: plugins, init files and includes are programs. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  innodb_checksum_algorithm: /^(strict_)?(full_crc32|crc32|innodb|none)$/,
  innodb_data_file_path: new RegExp(`^${DATA_FILE}(;${DATA_FILE})*(:autoextend(:max:\\d+[KMG]?)?)?$`, 'i'),
  innodb_log_file_size: NUMBER,
  innodb_page_size: NUMBER,
  innodb_undo_tablespaces: NUMBER,
  innodb_compression_level: NUMBER,
};

/** Of MariaDB itself. Without its plugin, what was changed in a compressed table while it was backed up is left out, and that is all right to the tool. */
const COMPRESSIONS = /\bprovider_(?:bzip2|lz4|lzma|lzo|snappy)\b(?==)/g;

/** Writes to `file` an option file for a server on this backup, from nothing but what InnoDB has to know. Throws ChainBroken. */
export async function writeConfiguration(directory: string, file: string): Promise<void> {
  await writeFile(file, await configurationOf(directory), { mode: 0o600 });
}

/**
 * mariadb-backup itself loads plugins that this file names when it prepares a backup: none is left but page compressions, and whether there
 * are any is the answer. Throws ChainBroken before anything is changed.
 */
export async function replaceConfigurations(directories: readonly string[]): Promise<{ plugins: boolean }> {
  const texts: [string, string][] = [];
  for (const directory of directories) texts.push([join(directory, FILE), await configurationOf(directory)]);
  for (const [file, text] of texts) {
    await rm(file);
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  }
  return { plugins: texts.some(([, text]) => text.includes('\nplugin_load=')) };
}

async function configurationOf(directory: string): Promise<string> {
  const file = join(directory, FILE);
  const found = await lstat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LARGEST_BYTES) throw broken(`${file} is no option file of mariadb-backup`);
  return safeConfiguration(await readFile(file, 'utf8'), file);
}

/** Throws ChainBroken with `file` where the value of a known option is none. */
export function safeConfiguration(text: string, file: string): string {
  const options = new Map<string, string>();
  const compressions = new Set<string>();
  for (const line of text.split('\n')) {
    const [, written = '', value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const name = written.toLowerCase().replaceAll('-', '_');
    if (name === 'plugin_load') for (const [one] of value.matchAll(COMPRESSIONS)) compressions.add(one);
    const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
    if (allowed === undefined) continue;
    if (!allowed.test(value)) throw broken(`${file} has ${name}=${value.slice(0, 200)}`);
    options.set(name, value);
  }
  // Undo tablespaces lie in the backup, wherever the server had them.
  const plugins = compressions.size === 0 ? [] : [`plugin_load=${[...compressions].map((one) => `${one}=${one}`).join(';')}`];
  return ['[mysqld]', ...[...options].map(([name, value]) => `${name}=${value}`), ...plugins, 'innodb_undo_directory=./', ''].join('\n');
}

function broken(what: string): StashError {
  return new StashError('ChainBroken', `the fetched chain is not whole: ${what}`);
}
