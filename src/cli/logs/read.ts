import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directoriesOf } from '../../platform/local/directories.ts';

/** Where the logs of an object's orders lie, one file a host. */
export function logDirectory(dataDir: string, of: { namespace: string; kind: string; name: string }): string {
  return join(directoriesOf(dataDir).logs, of.namespace, of.kind, of.name);
}

/** Hosts that have written, sorted. */
export async function logHosts(directory: string, host: string | undefined): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.log'))
    .map((name) => name.slice(0, -'.log'.length))
    .filter((name) => host === undefined || name === host)
    .sort();
}

/** All lines of all hosts in the order of their times; with the host in front where there are several. */
export async function readLogs(directory: string, host: string | undefined): Promise<string[]> {
  const hosts = await logHosts(directory, host);
  const all: { time: string; line: string }[] = [];
  for (const name of hosts) {
    // The older half of a long log lies beside it.
    for (const file of [`${name}.log.1`, `${name}.log`])
      all.push(...timedLines(await textOf(join(directory, file)), prefixOf(name, hosts)));
  }
  // Stable: lines of one host never change their order.
  return all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(({ line }) => line);
}

export function prefixOf(host: string, hosts: readonly string[]): string {
  return hosts.length > 1 ? `[${host}] ` : '';
}

function timedLines(text: string, prefix: string): { time: string; line: string }[] {
  let time = '';
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    // A line that carries no time belongs to the one before it.
    time = /^\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(line)?.[0] ?? time;
    return [{ time, line: prefix + line }];
  });
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
