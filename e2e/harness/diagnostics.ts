import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl, list } from './kubectl.ts';
import { SYSTEM } from './release.ts';

const OURS = 'backupconfigurations,backupbatches,backupsessions,restoresessions,restorebatches,repositories';

/** Writes what a namespace and the operator say into a folder, and tells the most telling of it. Never throws. */
export async function report(name: string, namespace: string): Promise<void> {
  const folder = join(process.env.STASH_E2E_REPORT ?? '.e2e', name.replaceAll(/[^\w.-]+/g, '-').slice(0, 80));
  await mkdir(folder, { recursive: true });
  const keep = async (file: string, ...args: string[]): Promise<string> => {
    const text = await kubectl(args).catch((error: Error) => error.message);
    await writeFile(join(folder, file), text);
    return text;
  };
  const inside = ['--namespace', namespace];
  const pods = await keep('pods.txt', 'get', 'pods', ...inside, '-o', 'wide');
  const events = await keep('events.txt', 'get', 'events', ...inside, '--sort-by=.lastTimestamp');
  await keep('objects.yaml', 'get', OURS, ...inside, '-o', 'yaml');
  await keep('workloads.yaml', 'get', 'deployments,statefulsets,daemonsets,jobs,pods,persistentvolumeclaims', ...inside, '-o', 'yaml');
  for (const where of new Set([namespace, SYSTEM])) await logsOf(where, keep);
  console.log(`${name}: see ${folder}\n${pods}\n${lastLines(events, 15)}`);
}

async function logsOf(namespace: string, keep: (file: string, ...args: string[]) => Promise<string>): Promise<void> {
  const pods = await list('pods', namespace).catch(() => []);
  for (const { metadata, status } of pods) {
    const all = ['logs', metadata.name, '--namespace', namespace, '--all-containers', '--prefix', '--tail=5000'];
    await keep(`${namespace}.${metadata.name}.log`, ...all);
    const restarted = (status?.containerStatuses ?? []).some(({ restartCount }: { restartCount: number }) => restartCount > 0);
    if (restarted) await keep(`${namespace}.${metadata.name}.before.log`, ...all, '--previous');
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
