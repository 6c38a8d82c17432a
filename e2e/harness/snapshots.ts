import { randomUUID } from 'node:crypto';
import { PASSWORD } from './backup.ts';
import { apply, get, kubectl } from './kubectl.ts';
import { waitFor } from './wait-for.ts';

interface Snapshot {
  id: string;
  hostname: string;
  paths: string[];
  tags: string[];
  /** sha256 of every file, by its path in the snapshot. */
  sums: Record<string, string>;
}

const READ = `
const { execFileSync } = require('node:child_process'), fs = require('node:fs'), path = require('node:path');
const { createHash } = require('node:crypto');
const restic = (...args) => execFileSync('restic', ['--no-lock', '--no-cache', ...args], { maxBuffer: 1e8 }).toString();
const wanted = process.argv.slice(1);
const all = JSON.parse(restic('snapshots', '--json')).filter(({ tags = [] }) => !tags.includes('stash.series=records'));
const answer = all.map(({ id, hostname, paths, tags = [] }) => {
  const target = path.join('/tmp', id), sums = {};
  if (wanted.includes(id)) {
    restic('restore', id, '--target', target, '--quiet');
    for (const entry of fs.readdirSync(target, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) sums[file.slice(target.length)] = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
    }
  }
  return { id, hostname, paths, tags, sums };
});
const locks = restic('list', 'locks').split('\\n').filter((line) => line !== '');
process.stdout.write(JSON.stringify({ snapshots: answer, locks }));`;

interface Stored {
  /** Without Stash's records. */
  snapshots: Snapshot[];
  locks: string[];
}

/** What plain restic finds in a repository; with the files of the snapshots that are named. */
export async function readRepository(namespace: string, url: string, ids: readonly string[] = []): Promise<Stored> {
  const name = `read-${randomUUID().slice(0, 8)}`;
  const env = { RESTIC_REPOSITORY: `rest:${url}`, RESTIC_PASSWORD: PASSWORD, HOME: '/tmp' };
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'restic',
          image: process.env.STASH_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', READ, ...ids],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    },
  });
  const read = async () => (await get('pod', name, namespace))?.status?.phase as string | undefined;
  const phase = await waitFor('restic has ended', read, (one) => one === 'Succeeded' || one === 'Failed', { seconds: 90 });
  const said = await kubectl(['logs', name, '--namespace', namespace]);
  if (phase !== 'Succeeded') throw new Error(`plain restic failed: ${said}`);
  return JSON.parse(said) as Stored;
}

/** Those of one directory, by the path below it, as `sumsIn` gives them. */
export function sumsBelow({ sums }: Snapshot, directory: string): Record<string, string> {
  const within = `${directory}/`;
  return Object.fromEntries(
    Object.entries(sums).flatMap(([path, sum]) => (path.startsWith(within) ? [[path.slice(within.length), sum]] : [])),
  );
}
