import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TOOLS, type ToolName } from '../../platform/tools/catalogue.ts';
import { defaultPlaces, findTool, isFound } from '../../platform/tools/locate.ts';
import { formatBytes } from '../../rules/bytes.ts';
import { operatorRuns } from '../operator-runs.ts';

/** One thing that was looked at. */
export interface Check {
  name: string;
  /** `missing`: something that is needed is not right. `optional`: only some uses need it. `note`: nothing to do. */
  result: 'ok' | 'missing' | 'optional' | 'note';
  found: string;
  /** What it is needed for. */
  use: string;
  /** How to get it right; absent when it is. */
  remedy?: string;
}

/** Looks at this machine; changes nothing. */
export async function checkMachine(dataDir: string, env: Readonly<Record<string, string | undefined>>): Promise<Check[]> {
  const tools = await Promise.all(WANTED.map(({ name, needed }) => checkTool(name, needed, env)));
  return [checkNode(), ...tools, await checkDataDir(dataDir), await checkSpace(dataDir), checkOperator(dataDir)];
}

/** Whether nothing works without it. */
const WANTED: readonly { name: ToolName; needed: boolean }[] = [
  { name: 'restic', needed: true },
  { name: 'mariadb-backup', needed: false },
  { name: 'mariadb-dump', needed: false },
  { name: 'setpriv', needed: false },
  { name: 'mariadb', needed: false },
  { name: 'mariadbd', needed: false },
  { name: 'rclone', needed: false },
];

function checkNode(): Check {
  const version = process.versions.node;
  const use = 'stash itself';
  if (Number(version.split('.')[0]) >= 24) return { name: 'node', result: 'ok', found: `${version} (${process.execPath})`, use };
  return { name: 'node', result: 'missing', found: version, use, remedy: 'Node 24 or newer is needed; "npm ci" installs one.' };
}

export async function checkTool(name: ToolName, needed: boolean, env: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const found = await findTool(name, { ...defaultPlaces(), env });
  const use = TOOLS[name].usedFor;
  if (isFound(found)) return { name, result: 'ok', found: `${found.version ?? 'found'} (${found.path})`, use };
  return { name, result: needed ? 'missing' : 'optional', found: found.missing, use, remedy: found.remedy };
}

async function checkDataDir(dataDir: string): Promise<Check> {
  const about = { name: 'data directory', use: 'the store, logs and stages' };
  const place = await nearestExisting(dataDir);
  const writable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable) {
    return {
      ...about,
      result: 'missing',
      found: `${place} cannot be written`,
      remedy: `Make ${place} writable for this user, or choose another one with --data-dir.`,
    };
  }
  if (place !== dataDir) return { ...about, result: 'ok', found: `${dataDir} (is made when it is needed)` };
  const { mode } = await stat(dataDir);
  if ((mode & 0o077) !== 0) {
    return {
      ...about,
      result: 'optional',
      found: `${dataDir} can be read by others`,
      remedy: `It holds credentials: chmod 700 ${dataDir}`,
    };
  }
  return { ...about, result: 'ok', found: dataDir };
}

const LEAST_BYTES = 1024 ** 3;

async function checkSpace(dataDir: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestExisting(dataDir));
  const free = bavail * bsize;
  const about = { name: 'free space', found: `${formatBytes(free)} in ${dataDir}`, use: 'staging what is backed up or restored' };
  if (free >= LEAST_BYTES) return { ...about, result: 'ok' };
  return {
    ...about,
    result: 'optional',
    remedy: 'A database is staged there before it is stored: give it as much room as the database has.',
  };
}

function checkOperator(dataDir: string): Check {
  const runs = operatorRuns(dataDir);
  return {
    name: 'stash up',
    result: runs ? 'ok' : 'note',
    found: runs ? `runs on ${dataDir}` : `does not run on ${dataDir}`,
    use: 'schedules, backups and restores',
    ...(runs ? {} : { remedy: 'Start "stash up" when you want backups to be made.' }),
  };
}

async function nearestExisting(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  return exists || dirname(path) === path ? path : nearestExisting(dirname(path));
}
