import { join } from 'node:path';
import { get, helm, kubectl } from './kubectl.ts';
import { waitFor } from './wait-for.ts';

/** Of the operator. */
export const SYSTEM = 'stash-system';
const RELEASE = 'stash';
const CHART = join(import.meta.dirname, '../../chart');

/** Installs or upgrades the chart of the tree and waits until its operators are ready. */
export async function deployChart(...values: string[]): Promise<void> {
  const [repository, tag] = splitImage(process.env.STASH_IMAGE ?? '');
  const given = [`image.repository=${repository}`, `image.tag=${tag}`, ...values].flatMap((value) => ['--set', value]);
  // The definitions that an earlier release left, under whatever name, become this one's.
  const wait = ['--wait', '--timeout', '150s', '--take-ownership'];
  await helm(['upgrade', '--install', RELEASE, CHART, '--namespace', SYSTEM, '--create-namespace', ...wait, ...given]);
}

export async function removeChart(): Promise<void> {
  await helm(['uninstall', RELEASE, '--namespace', SYSTEM, '--wait', '--timeout', '100s', '--ignore-not-found']);
}

/** The pod of the operator that works now; empty when none does. */
export async function leader(): Promise<string> {
  return (await get('lease', 'stash-operator', SYSTEM))?.spec.holderIdentity ?? '';
}

/** Ends the operator that leads, with these options of `kubectl delete`; another one leads then. */
export async function replaceLeader(...how: string[]): Promise<void> {
  const before = await leader();
  await kubectl(['delete', 'pod', before, '--namespace', SYSTEM, ...how]);
  await waitFor('another operator leads', leader, (name) => name !== '' && name !== before, { seconds: 60 });
}

/** A port of the registry is no tag. */
function splitImage(image: string): [string, string] {
  const [, repository = '', tag = ''] = /^(.+?)(?::([^:/]+))?$/.exec(image) ?? [];
  if (tag === '' || image.includes('@')) throw new Error(`STASH_IMAGE must be REPOSITORY:TAG, it is ${JSON.stringify(image)}`);
  return [repository, tag];
}
